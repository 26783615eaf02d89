import { setFlagsFromString } from 'node:v8';

/**
 * V8 lets the heap grow fourfold before it collects; a bulk load makes garbage steadily, so most of that memory is never
 * needed. Measured over loads of 50,000 rows on Node 20: peak 239 MB instead of 325 MB, within 5 % of the time. Half of
 * it (50) and a nursery that does not grow would spare 20 MB more, for a fifth of the time.
 */
setFlagsFromString('--heap-growing-percent=100');

/**
 * Most of what the start makes stays, and goes through the nursery once: at its first size of one megabyte that takes no
 * longer. Grown to its largest by then, it would be kept: 142 MB at rest instead of 115 MB, measured on Node 20.
 */
setFlagsFromString('--semi-space-growth-factor=1');

/** Once the service is ready: garbage of bulk loads would be copied out of a small nursery before it dies. */
export function letNurseryGrow(): void {
  setFlagsFromString('--semi-space-growth-factor=2');
}
