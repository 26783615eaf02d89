import { readdirSync, readFileSync } from 'node:fs';

const KIB = 1024;
const LOOK_EVERY_MS = 250;

/** Resident memory of a process in MB, and its open files, sockets among them; Linux tells both. */
export function figuresOf(pid: number): { readonly memoryMb: number; readonly handles: number } {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const kilobytes = Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? NaN);
  return { memoryMb: kilobytes / KIB, handles: readdirSync(`/proc/${pid}/fd`).length };
}

/** Highest memory of a process in MB while something goes on. */
export async function highestMemory(pid: number, work: Promise<unknown>): Promise<number> {
  let highest = figuresOf(pid).memoryMb;
  const timer = setInterval(() => (highest = Math.max(highest, figuresOf(pid).memoryMb)), LOOK_EVERY_MS);
  try {
    await work;
  } finally {
    clearInterval(timer);
  }
  return highest;
}
