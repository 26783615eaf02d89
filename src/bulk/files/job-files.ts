import { randomBytes } from 'node:crypto';
import { mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Injectable, OnModuleInit } from '@nestjs/common';
import { AppConfig } from '../../platform/config/app-config';
import { PART } from '../formats/durable-file';

const PRIVATE_FOLDER = 0o700;
const LONGEST_UPLOAD_MS = 60 * 60 * 1000;
/** In the folder of a job until its rows are worked off: there may be no such job yet. */
const INTAKE_MARK = 'intake';

/** Where the files of jobs lie: names are the service's own, folders open to its user only. */
@Injectable()
export class JobFiles implements OnModuleInit {
  private readonly uploads: string;
  private readonly jobs: string;

  constructor(config: AppConfig) {
    this.uploads = resolve(config.dataDir, 'uploads');
    this.jobs = resolve(config.dataDir, 'jobs');
  }

  /** Makes the folders. An upload whose process died belongs to no job: it goes once no upload can be that old. */
  async onModuleInit(): Promise<void> {
    await this.makeFolders();
    for (const name of await readdir(this.uploads)) {
      const path = join(this.uploads, name);
      if (await isLeftBehind(path)) await rm(path, { force: true });
    }
  }

  /** Jobs into whose folders rows were being taken so long ago that nobody can be doing it any more. */
  async listUnsettled(): Promise<string[]> {
    await this.makeFolders();
    const unsettled: string[] = [];
    for (const jobId of await readdir(this.jobs)) {
      if (await isLeftBehind(this.of(jobId, INTAKE_MARK))) unsettled.push(jobId);
    }
    return unsettled;
  }

  /** Ids of the jobs that have files. */
  listJobs(): Promise<string[]> {
    return readdir(this.jobs);
  }

  /** The job is stored: its folder is no leftover, however old. */
  async settle(jobId: string): Promise<void> {
    await rm(this.of(jobId, INTAKE_MARK), { force: true });
  }

  /** Path for an upload under way. */
  newUpload(): string {
    return join(this.uploads, randomBytes(16).toString('hex'));
  }

  /** Folder of a job that is about to be made. */
  async createJobFolder(jobId: string): Promise<void> {
    await mkdir(join(this.jobs, jobId), { mode: PRIVATE_FOLDER });
    await writeFile(this.of(jobId, INTAKE_MARK), '', { mode: 0o600 });
  }

  /** Path of a job's file; the name is one of ours, never the caller's. */
  of(jobId: string, name: string): string {
    return join(this.jobs, jobId, name);
  }

  /** Folder of all files of a job. */
  folderOf(jobId: string): string {
    return join(this.jobs, jobId);
  }

  /**
   * Removes the incomplete files of a job that somebody begins to work on: those of a process that died, and those of one
   * that lost the job and does not know it yet, which can then not complete them any more.
   */
  async removeParts(jobId: string): Promise<void> {
    const parts = (await this.list(jobId)).filter((name) => name.endsWith(PART));
    for (const part of parts) await rm(this.of(jobId, part), { force: true });
  }

  /** Names of a job's files. */
  async list(jobId: string): Promise<string[]> {
    return readdir(join(this.jobs, jobId)).catch(() => []);
  }

  /** Bytes the files of a job take; of one that is shared with other jobs its part. 0 for a job without files. */
  async bytesOf(jobId: string): Promise<number> {
    const names = await this.list(jobId);
    // A file may go meanwhile.
    const found = await Promise.all(names.map((name) => stat(this.of(jobId, name)).catch(() => null)));
    return found.reduce((sum, file) => sum + (file === null ? 0 : Math.ceil(file.size / file.nlink)), 0);
  }

  async removeJobFolder(jobId: string): Promise<void> {
    await rm(join(this.jobs, jobId), { recursive: true, force: true });
  }

  private async makeFolders(): Promise<void> {
    await mkdir(this.uploads, { recursive: true, mode: PRIVATE_FOLDER });
    await mkdir(this.jobs, { recursive: true, mode: PRIVATE_FOLDER });
  }
}

/** True for a file nobody has written to for longer than any upload takes. */
function isLeftBehind(path: string): Promise<boolean> {
  return stat(path).then(
    ({ mtimeMs }) => mtimeMs < Date.now() - LONGEST_UPLOAD_MS,
    () => false,
  );
}
