/** Connections that early chunks of all jobs may hold together. */
export class EarlyPlaces {
  constructor(private free: number) {}

  /** True when there was one. */
  take(): boolean {
    if (this.free <= 0) return false;
    this.free--;
    return true;
  }

  giveBack(): void {
    this.free++;
  }
}
