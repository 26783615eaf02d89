/** What must be found after a crash: no job and nothing applied, or a job that ends alone with every row once. */
export interface CrashStep {
  readonly name: string;
  /** State of the job when the process died; null: there is none. */
  readonly state: 'queued' | 'running' | 'completed' | null;
  /**
   * Chunks that were applied when it died: none, as many as were passed (the one it died in not among them, or just
   * committed), or all.
   */
  readonly applied: 'none' | 'chunks before' | 'chunks passed' | 'all';
  /** Files that must, and must not, be in the folder of the job when it died. */
  readonly present?: readonly string[];
  readonly absent?: readonly string[];
}

/** The steps of RELIABILITY T3 in the order an import passes them, each with the state it must leave behind. */
export const CRASH_STEPS = [
  // Nothing was promised yet: only an upload, or the folder of a job that never was, lies about until it is old.
  { name: 'after-receive', state: null, applied: 'none' },
  { name: 'after-file-sync', state: null, applied: 'none' },
  { name: 'before-job-commit', state: null, applied: 'none' },
  // From here on the rows are safe, whether the caller heard of it or not.
  { name: 'after-job-row', state: 'queued', applied: 'none', present: ['rows', 'input'] },
  { name: 'mid-chunk', state: 'running', applied: 'chunks before' },
  { name: 'before-chunk-commit', state: 'running', applied: 'chunks before' },
  { name: 'after-chunk-commit', state: 'running', applied: 'chunks passed' },
  // A reader of result files sees none or all of one.
  {
    name: 'before-result-rename',
    state: 'running',
    applied: 'all',
    present: ['success.csv.part'],
    absent: ['success.csv', 'failure.csv'],
  },
  {
    name: 'after-result-files',
    state: 'running',
    applied: 'all',
    present: ['success.csv', 'failure.csv'],
    absent: ['success.csv.part', 'failure.csv.part'],
  },
  { name: 'before-response', state: 'completed', applied: 'all', present: ['success.csv', 'failure.csv'] },
] as const satisfies readonly CrashStep[];

export type StepName = (typeof CRASH_STEPS)[number]['name'];

/** What the preload script reads from its file: die at the `passage`-th time that step is passed. */
export interface CrashOrder {
  readonly step: StepName;
  readonly passage: number;
}

/** Names the file with the order; while there is none, nothing happens. */
export const ORDER_VARIABLE = 'CHAOS_ORDER_FILE';
