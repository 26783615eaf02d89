import { Findings } from './findings';

/** Most seconds a job may wait after a start until it goes on (RELIABILITY T1). */
export const LONGEST_RESUME_MS = 10_000;

/** One kill, and what became of the job it hit. */
export interface Kill {
  readonly lane: number;
  readonly update: number;
  /** Where it hit, such as `chunk 12 of 100`. */
  readonly where: string;
  /** When, from the begin of the upload or from the restart before, and the expected end on the same clock. */
  readonly atMs: number;
  readonly ofMs: number;
  readonly startMs: number;
  /** From ready to going on; null when there was nothing to go on with. */
  readonly resumeMs: number | null;
}

const seconds = (ms: number) => (ms / 1000).toFixed(2);

/** Counts what a run on one engine came to, and tells of each kill. */
export class KillReport {
  readonly findings = new Findings();
  kills = 0;
  imports = 0;
  rows = 0;
  private interrupted = 0;
  private resumed = 0;
  private longestResumeMs = 0;

  constructor(private readonly engine: string) {}

  /** An import was checked. */
  addImport(what: string, rows: number, findings: Findings): void {
    this.imports++;
    this.rows += rows;
    this.take(what, findings);
  }

  /** A process was killed while an import was under way. */
  addKill(kill: Kill, findings: Findings): void {
    this.kills++;
    const { lane, update, where, atMs, ofMs, startMs, resumeMs } = kill;
    const isInterrupted = resumeMs !== null;
    if (isInterrupted) {
      this.interrupted++;
      if (resumeMs <= LONGEST_RESUME_MS) this.resumed++;
      this.longestResumeMs = Math.max(this.longestResumeMs, resumeMs);
    }
    const fate = isInterrupted ? `went on by itself after ${seconds(resumeMs)} s` : 'nothing to go on with';
    console.log(
      `${this.engine} kill ${this.kills}: lane ${lane}, import ${update}, at ${seconds(atMs)} of ${seconds(ofMs)} s, ` +
        `${where}; ready in ${seconds(startMs)} s, ${fate}`,
    );
    this.take(`${this.engine} lane ${lane}, import ${update}, killed ${where}`, findings);
  }

  /** The services were ended; what their crashes had left had to be gone. */
  addLeftovers(findings: Findings): void {
    this.take(`${this.engine} at the end`, findings);
  }

  /** The line of the final table. */
  get line(): Record<string, string | number> {
    const { lost, twice, deviations } = this.findings;
    return {
      engine: this.engine,
      kills: this.kills,
      imports: this.imports,
      rows: this.rows,
      lost,
      twice,
      'resumed alone': `${this.resumed} of ${this.interrupted}`,
      'longest resume s': seconds(this.longestResumeMs),
      deviations: deviations.length,
    };
  }

  private take(what: string, findings: Findings): void {
    for (const deviation of findings.deviations) console.error(`*** ${what}: ${deviation}`);
    this.findings.add(findings);
  }
}

/** Kills that are still to be done, over all lanes. */
export class KillBudget {
  constructor(private left: number) {}

  /** Takes one, if there is one left. */
  take(): boolean {
    if (this.left === 0) return false;
    this.left--;
    return true;
  }

  /** A kill that was taken did not come to pass: the import ended before. */
  giveBack(): void {
    this.left++;
  }
}
