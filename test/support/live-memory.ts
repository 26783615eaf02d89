import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

const SAMPLE_MS = 100;

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
  const timer = setInterval(() => (peak = Math.max(peak, inUse())), SAMPLE_MS);
  try {
    await work();
  } finally {
    clearInterval(timer);
  }
  return peak - before;
}
