import { Injectable } from '@nestjs/common';
import { uniqueViolation } from '../database/driver-error';
import { Transaction } from '../database/transaction';
import { UnitOfWork } from '../database/unit-of-work';
import { currentRequestId } from '../http/request-context';
import { randomPublicId } from '../ids/public-id';
import type { RewrittenRow } from './audit-entry.entity';
import type { AuditEvent, EntryFacts } from './audit-event';
import { AuditRepository, type NewEntry } from './audit.repository';
import { AuditSeal } from './audit-seal';
import { useForHistory } from './audited-history';
import { parseSpans, toSpans } from './id-spans';

const ENTRY_ID_CHARACTERS = 26;

/** Puts down who did what, in the transaction that does it. */
@Injectable()
export class AuditTrail {
  /** True when something was put down since it was last set to false. */
  hasNews = true;

  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly entries: AuditRepository,
    readonly seal: AuditSeal,
  ) {}

  /**
   * Takes the trail up, and begins it on a database that has none. Gives what is wrong with the configuration: the chain
   * was made under another key.
   */
  async open(): Promise<string[]> {
    await this.unitOfWork
      .run((transaction) => this.begin(transaction))
      .catch((error: unknown) => {
        // Another process that starts just now has begun it.
        if (uniqueViolation(error) === null) throw error;
      });
    const head = await this.unitOfWork.read((transaction) => this.entries.findHead(transaction));
    return head?.keyCheck === this.seal.keyCheck() ? [] : [otherKey(this.seal.setting)];
  }

  /** Puts events down; they are stored if the transaction is. */
  async record(transaction: Transaction, ...events: readonly AuditEvent[]): Promise<void> {
    await this.entries.insertMany(
      transaction,
      events.map((event) => this.sealed(transaction, event)),
    );
    this.hasNews = true;
  }

  /** Puts events down in a transaction of their own, or in the one that runs. */
  recordApart(...events: readonly AuditEvent[]): Promise<void> {
    return this.unitOfWork.run((transaction) => this.record(transaction, ...events));
  }

  /**
   * Puts down that history rows are written anew, in the transaction that does it: what they were stays vouched for by
   * the entries of their making, what they are by this one.
   *
   * @param write writes rows of these ids anew
   */
  async rewriteHistory(
    transaction: Transaction,
    table: string,
    ids: readonly number[],
    event: AuditEvent,
    write: () => Promise<void>,
  ): Promise<void> {
    const before = await this.fingerprints(transaction, table, ids);
    await write();
    const after = await this.fingerprints(transaction, table, ids);
    const rewritten = before.map(([id, was], index): RewrittenRow => [id, was, after[index]?.[1] ?? '']);
    await this.record(transaction, { times: ids.length, ...event, historyTable: table, rewritten });
  }

  private sealed(transaction: Transaction, event: AuditEvent): NewEntry {
    const facts: EntryFacts = {
      recordedAt: new Date(),
      companyRef: null,
      subject: null,
      jobId: null,
      jobRows: null,
      requestId: currentRequestId(),
      fieldNames: [],
      times: 1,
      historyTable: null,
      historyIds: null,
      digest: null,
      rewritten: null,
      ...event,
      entryId: randomPublicId('AUD', ENTRY_ID_CHARACTERS),
    };
    return { ...facts, mac: this.seal.ofEntry(this.entries.valuesOf(transaction, facts)) };
  }

  private async fingerprints(
    transaction: Transaction,
    table: string,
    ids: readonly number[],
  ): Promise<(readonly [number, string])[]> {
    const found: (readonly [number, string])[] = [];
    for (const [first, last] of parseSpans(toSpans([...ids].sort((a, b) => a - b)))) {
      for (let next = first; next <= last;) {
        const rows = await this.entries.listHistory(transaction, table, [next, last]);
        for (const { id, values } of rows) found.push([id, this.seal.fingerprint(id, values)]);
        next = (rows.at(-1)?.id ?? last) + 1;
      }
    }
    return found;
  }

  private async begin(transaction: Transaction): Promise<void> {
    useForHistory(transaction, this);
    if ((await this.entries.findHead(transaction)) !== null) return;
    const last: Record<string, number> = {};
    for (const table of this.entries.historyTables(transaction)) {
      last[table] = await this.entries.lastHistoryId(transaction, table);
    }
    const end = { sequenceNo: 0, hash: '', beforeAudit: JSON.stringify(last) };
    const keyCheck = this.seal.keyCheck();
    await this.entries.insertHead(transaction, { id: 1, ...end, keyCheck, mac: this.seal.ofEnd(end) });
  }
}

function otherKey(setting: string): string {
  return `${setting}: gives another key than the one the audit trail of this database was made under; set the former one again, or AUDIT_KEY to what "npm run cli -- audit key" printed under it`;
}
