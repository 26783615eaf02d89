/** Draws by chance, always the same for the same source. */
export class Dice {
  constructor(readonly next: () => number) {}

  chance(share: number): boolean {
    return this.next() < share;
  }

  /** A whole number from 0 up to, but not including, the limit. */
  below(limit: number): number {
    return Math.floor(this.next() * limit);
  }

  pick<T>(values: readonly [T, ...T[]]): T {
    return values[this.below(values.length)] ?? values[0];
  }

  /** As many things as a call holds: often few, at times thirty. */
  list<T>(make: () => T): T[] {
    return Array.from({ length: 1 + Math.floor(this.next() ** 2 * 30) }, make);
  }
}
