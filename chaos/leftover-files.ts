import { existsSync, readdirSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import type { Findings } from './findings';

/** Files of a job that has ended. */
const JOB_FILES = ['failure.csv', 'input', 'rows', 'success.csv'];
/** Older than any upload under way: what a crash left behind may go at the next start. */
const LONG_AGO_MS = 3 * 60 * 60 * 1000;

/** Watches what crashes leave behind in the data folder of a service. */
export class LeftoverFiles {
  private aged = new Set<string>();

  constructor(private readonly dataDir: string) {}

  /** True while something waits to be removed by the next start. */
  get isPending(): boolean {
    return this.aged.size > 0;
  }

  /** The folder of an ended job holds its files, complete under their final names, and no part of one. */
  checkJob(jobId: string, findings: Findings): void {
    const names = readdirSync(join(this.dataDir, 'jobs', jobId)).sort();
    findings.expect(names.join() === JOB_FILES.join(), `the folder of ${jobId} holds ${names.join()}`);
  }

  /** Makes what belongs to no job look old, so that the next start has to remove it; gives how much that is. */
  age(knownJobs: ReadonlySet<string>): number {
    const orphans = [
      ...readdirSync(join(this.dataDir, 'uploads')).map((name) => join('uploads', name)),
      ...readdirSync(join(this.dataDir, 'jobs'))
        .filter((jobId) => !knownJobs.has(jobId))
        .map((jobId) => join('jobs', jobId)),
    ];
    const longAgo = new Date(Date.now() - LONG_AGO_MS);
    for (const orphan of orphans) {
      const path = join(this.dataDir, orphan);
      if (orphan.startsWith('jobs')) {
        for (const name of readdirSync(path)) utimesSync(join(path, name), longAgo, longAgo);
      }
      utimesSync(path, longAgo, longAgo);
      this.aged.add(orphan);
    }
    return orphans.length;
  }

  /** After a start: what had been made old is gone. */
  checkRemoved(findings: Findings): void {
    for (const orphan of this.aged) {
      const kind = orphan.startsWith('jobs') ? 'the folder of a job that never was' : 'an upload that broke off';
      findings.expect(!existsSync(join(this.dataDir, orphan)), `${kind} stays for ever: ${orphan}`);
    }
    this.aged = new Set();
  }
}
