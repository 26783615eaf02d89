/**
 * Loaded by node before the process that is measured: notes its longest event-loop block and its peak memory, writes
 * both to a file on SIGWINCH and begins anew. That signal, because the shutdown hooks of Nest take most others.
 */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { isMainThread } from 'node:worker_threads';

const PER_MS = 1e6;
const KIB = 1024;
/** A timer as seldom as this adds at most its own distance to a block, and costs nothing that could be measured. */
const RESOLUTION_MS = 2;

const file = process.env['BENCH_FIGURES'] ?? '';
let sequence = 0;

/** A line of /proc/self/status in MB; null where there is no such file. */
function statusMb(name: string): number | null {
  try {
    const status = readFileSync('/proc/self/status', 'utf8');
    const kilobytes = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1];
    return kilobytes === undefined ? null : Number(kilobytes) / KIB;
  } catch {
    return null;
  }
}

/** Linux then counts the peak from now on. */
function forgetPeak(): void {
  try {
    writeFileSync('/proc/self/clear_refs', '5');
  } catch {
    // Elsewhere the peak is that of the whole life, or not told at all.
  }
}

function write(longestBlockMs: number): void {
  const figures = {
    sequence,
    pid: process.pid,
    longestBlockMs,
    peakRssMb: statusMb('VmHWM'),
    rssMb: statusMb('VmRSS'),
  };
  writeFileSync(`${file}.part`, JSON.stringify(figures));
  // Whoever reads the file never finds half of it.
  renameSync(`${file}.part`, file);
  sequence++;
}

// Worker threads load this too, but get no signals.
if (isMainThread && file !== '') {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();
  write(0);
  process.on('SIGWINCH', () => {
    write(delay.max / PER_MS);
    delay.reset();
    forgetPeak();
  });
}
