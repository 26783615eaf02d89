import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** What a process tells of itself since it was last asked. */
export interface Figures {
  readonly longestBlockMs: number;
  /** Null where the system does not tell. */
  readonly peakRssMb: number | null;
  readonly rssMb: number | null;
}

interface StoredFigures extends Figures {
  readonly sequence: number;
  readonly pid: number;
}

const LOOK_EVERY_MS = 5;
const LONGEST_WAIT_MS = 30_000;

/** Asks a process that has loaded `figures.preload.ts`, which writes to that file. */
export async function askFigures(file: string): Promise<Figures> {
  const before = read(file);
  if (before === null) throw new Error('The measured process has not loaded figures.preload.ts.');
  process.kill(before.pid, 'SIGWINCH');
  const until = Date.now() + LONGEST_WAIT_MS;
  for (;;) {
    const now = read(file);
    if (now !== null && (now.sequence > before.sequence || now.pid !== before.pid)) return now;
    if (Date.now() > until) throw new Error('The measured process does not tell its figures.');
    await sleep(LOOK_EVERY_MS);
  }
}

function read(file: string): StoredFigures | null {
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as StoredFigures) : null;
}
