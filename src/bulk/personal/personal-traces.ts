import { rm } from 'node:fs/promises';
import { Injectable } from '@nestjs/common';
import type { Identifiers } from '../../customer/personal/person';
import type { CompanyScope } from '../../platform/companies/company-access';
import { UnitOfWork } from '../../platform/database/unit-of-work';
import { giveWay } from '../../platform/event-loop/give-way';
import { RowChunk, SpoolReader, SpoolWriter } from '../engine/row-spool';
import { SPOOL_NAME } from '../files/file-intake';
import { JobFiles } from '../files/job-files';
import { ResultFiles } from '../files/result-files';
import type { BulkJob } from '../jobs/bulk-job.entity';
import { BulkJobRepository } from '../jobs/bulk-job.repository';
import type { RowOutcome } from '../jobs/bulk-outcome.entity';
import { withoutValues } from '../jobs/erased-outcome';
import { isOutcomeOf, isRowOf } from './personal-rows';

const PAGE = 100;
const RESULT_FILE = /^(success|failure|unprocessed)/;

/** A row of a job that is about a person. */
export interface PersonalRow {
  readonly jobId: string;
  readonly row: number;
  /** What became of it; null for one that was not worked on. */
  readonly outcome: RowOutcome | null;
  /** What was sent, by column; null once that was erased. */
  readonly sent: Readonly<Record<string, string>> | null;
}

/** The rows of one chunk that are about a person. */
export interface FoundChunk {
  readonly chunkNo: number;
  readonly rows: readonly PersonalRow[];
}

/** A job with what it keeps about a person. */
export interface FoundJob {
  readonly job: BulkJob;
  readonly chunks: readonly FoundChunk[];
}

/** Finds what the jobs of a company keep about a person, and removes it. */
@Injectable()
export class PersonalTraces {
  /** Erasures of each job that others wait behind. */
  private readonly turns = new Map<string, Promise<void>>();

  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly jobs: BulkJobRepository,
    private readonly files: JobFiles,
    private readonly results: ResultFiles,
  ) {}

  /** Jobs that have rows about the person, newest first, with those rows. */
  async *find(company: CompanyScope, person: Identifiers): AsyncGenerator<FoundJob> {
    for await (const job of this.jobsOf(company)) {
      const chunks: FoundChunk[] = [];
      for await (const chunk of this.chunksOf(job, person)) chunks.push(chunk);
      if (chunks.length > 0) yield { job, chunks };
    }
  }

  /** True for a job that has a row about the person. */
  async areIn(job: BulkJob, person: Identifiers): Promise<boolean> {
    for await (const _chunk of this.chunksOf(job, person)) return true;
    return false;
  }

  /** Removes what was found in a job that has ended: rows sent, results, and the files made of them. */
  erase(found: FoundJob): Promise<void> {
    return this.alone(found.job, () => this.rewrite(found));
  }

  /**
   * Runs the work when no other erasure writes the job anew: of two at once, each would bring back what the other
   * removes. On a server, other processes may have one; they wait for the row of the job.
   */
  private async alone({ id, companyRef, jobId }: BulkJob, work: () => Promise<void>): Promise<void> {
    const turn = (this.turns.get(jobId) ?? Promise.resolve()).then(() =>
      this.unitOfWork.isEmbedded
        ? work()
        : this.unitOfWork.unhurried(() =>
            // It lasts as long as files of a million rows take to be written.
            this.unitOfWork.run(async (transaction) => {
              await this.jobs.lock(transaction, companyRef, id);
              await work();
            }),
          ),
    );
    const done = turn.catch(() => undefined);
    this.turns.set(jobId, done);
    try {
      await turn;
    } finally {
      if (this.turns.get(jobId) === done) this.turns.delete(jobId);
    }
  }

  private async rewrite({ job, chunks }: FoundJob): Promise<void> {
    const found = new Map(chunks.map(({ chunkNo, rows }) => [chunkNo, new Set(rows.map(({ row }) => row))]));
    for (const [chunkNo, rows] of found) {
      await this.unitOfWork.run(async (transaction) => {
        const outcomes = await this.jobs.listOutcomes(transaction, job, chunkNo);
        const bare = outcomes.map((outcome) => (rows.has(outcome.row) ? withoutValues(outcome) : outcome));
        await this.jobs.replaceOutcomes(transaction, job, chunkNo, bare);
      });
    }
    await this.rewriteFiles(job, found);
  }

  private async *jobsOf({ ref }: CompanyScope): AsyncGenerator<BulkJob> {
    let before: number | undefined;
    for (;;) {
      const search = { state: undefined, family: undefined, limit: PAGE, before };
      const page = await this.unitOfWork.read((transaction) => this.jobs.list(transaction, ref, search));
      yield* page;
      if (page.length < PAGE) return;
      before = page.at(-1)?.id;
    }
  }

  private async *chunksOf(job: BulkJob, person: Identifiers): AsyncGenerator<FoundChunk> {
    const spool = await this.openSpool(job);
    try {
      for (let chunkNo = 0; chunkNo < job.chunks; chunkNo++) {
        const outcomes = await this.unitOfWork.read((transaction) => this.jobs.listOutcomes(transaction, job, chunkNo));
        const chunk = await spool?.read(chunkNo);
        const rows = rowsOf(job, person, outcomes, chunk);
        if (rows.length > 0) yield { chunkNo, rows };
        await giveWay();
      }
    } finally {
      await spool?.close();
    }
  }

  /** The rows as they were sent; null once they were erased. */
  private openSpool(job: BulkJob): Promise<SpoolReader | null> {
    return SpoolReader.open(this.files.of(job.jobId, SPOOL_NAME)).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
      throw error;
    });
  }

  /** Writes the rows anew, those of the person empty, and the result files from them; the file that was sent goes. */
  private async rewriteFiles(job: BulkJob, found: ReadonlyMap<number, ReadonlySet<number>>): Promise<void> {
    const from = await this.openSpool(job);
    if (from === null) return;
    const path = this.files.of(job.jobId, SPOOL_NAME);
    const to = SpoolWriter.create(path);
    try {
      for (let chunkNo = 0; chunkNo < job.chunks; chunkNo++) {
        const { table, columns, rows } = await from.read(chunkNo);
        const personal = found.get(chunkNo);
        const kept = rows.map((raw) =>
          personal?.has(raw.row) ? { row: raw.row, cells: raw.cells.map(() => '') } : raw,
        );
        await to.write(table, { table: null, columns, rows: kept });
      }
      await to.close();
    } catch (error) {
      await to.abort();
      throw error;
    } finally {
      await from.close();
    }
    const others = (await this.files.list(job.jobId)).filter((name) => name !== SPOOL_NAME);
    for (const name of others) await rm(this.files.of(job.jobId, name), { force: true });
    if (others.some((name) => RESULT_FILE.test(name))) await this.results.write(job, {});
  }
}

function rowsOf(
  job: BulkJob,
  person: Identifiers,
  outcomes: readonly RowOutcome[],
  chunk: RowChunk | undefined,
): PersonalRow[] {
  const byRow = new Map(outcomes.map((outcome) => [outcome.row, outcome]));
  const sent = new Map(chunk?.rows.map(({ row, cells }) => [row, cells]));
  const numbers = [...new Set([...byRow.keys(), ...sent.keys()])].sort((a, b) => a - b);
  return numbers.flatMap((row): PersonalRow[] => {
    const outcome = byRow.get(row) ?? null;
    const cells = sent.get(row);
    const isPersonal =
      (outcome !== null && isOutcomeOf(person, job, outcome)) ||
      (chunk !== undefined && cells !== undefined && isRowOf(person, job, chunk, cells));
    if (!isPersonal) return [];
    const named = cells?.map((cell, at): [string, string] => [chunk?.columns[at] ?? `column ${at + 1}`, cell]);
    return [{ jobId: job.jobId, row, outcome, sent: named === undefined ? null : Object.fromEntries(named) }];
  });
}
