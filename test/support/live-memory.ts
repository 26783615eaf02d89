import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

const SAMPLE_MS = 100;
/** Share of the time that collecting may take: in a process with a large heap each collection is slow. */
const MOST_OF_TIME = 0.2;

function collector(): () => void {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as () => void;
}

/**
 * The most memory, in bytes beyond the start, that was in use during the work: heap and buffers together, each
 * sample taken after a full collection. Unlike the resident size it does not depend on when the collector ran.
 */
export async function peakLiveMemory(work: () => Promise<unknown>): Promise<number> {
  const collect = collector();
  const inUse = (): number => {
    collect();
    const { heapUsed, external } = process.memoryUsage();
    return heapUsed + external;
  };
  const before = inUse();
  let peak = before;
  let timer: NodeJS.Timeout | undefined;
  const sample = (): void => {
    const start = performance.now();
    peak = Math.max(peak, inUse());
    timer = setTimeout(sample, Math.max(SAMPLE_MS, (performance.now() - start) / MOST_OF_TIME));
  };
  timer = setTimeout(sample, SAMPLE_MS);
  try {
    await work();
  } finally {
    clearTimeout(timer);
  }
  return peak - before;
}
