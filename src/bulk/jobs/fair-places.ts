/** What a company has of the places. */
interface Share {
  running: number;
  waiting: number;
  /** When it got a place the last time, counted in places. */
  served: number;
}

/** Work that waits for a place. */
interface Waiting {
  readonly share: Share;
  readonly begin: () => void;
}

/**
 * Lets so much work be done at a time. A place that becomes free goes to the company that has the fewest of them, of
 * several to the one that has not had one for the longest; within a company work goes in the order it came.
 */
export class FairPlaces {
  private readonly waiting: Waiting[] = [];
  private readonly shares = new Map<number, Share>();
  private running = 0;
  private served = 0;

  /** @param mostOfOne places a single company may have */
  constructor(
    private readonly places: number,
    private readonly mostOfOne = places,
  ) {}

  /** Runs the work of a company when it is its turn. */
  async take<T>(companyRef: number, work: () => Promise<T>): Promise<T> {
    const share = this.shares.get(companyRef) ?? { running: 0, waiting: 0, served: 0 };
    this.shares.set(companyRef, share);
    if (this.hasPlaceFor(share)) this.serve(share);
    else await this.placeFor(share);
    try {
      return await work();
    } finally {
      share.running--;
      this.running--;
      // The place is handed on in one go: nobody can slip in front of those who wait.
      this.handOn();
      if (share.running === 0 && share.waiting === 0) this.shares.delete(companyRef);
    }
  }

  private placeFor(share: Share): Promise<void> {
    share.waiting++;
    return new Promise((begin) => this.waiting.push({ share, begin }));
  }

  private hasPlaceFor({ running }: Share): boolean {
    return this.running < this.places && running < this.mostOfOne;
  }

  private serve(share: Share): void {
    share.running++;
    this.running++;
    share.served = ++this.served;
  }

  private handOn(): void {
    const next = this.nextInTurn();
    if (next === undefined) return;
    this.waiting.splice(this.waiting.indexOf(next), 1);
    next.share.waiting--;
    this.serve(next.share);
    next.begin();
  }

  private nextInTurn(): Waiting | undefined {
    return this.waiting
      .filter(({ share }) => this.hasPlaceFor(share))
      .reduce<Waiting | undefined>((best, candidate) => {
        if (best === undefined) return candidate;
        const [a, b] = [best.share, candidate.share];
        const comesFirst = b.running < a.running || (b.running === a.running && b.served < a.served);
        return comesFirst ? candidate : best;
      }, undefined);
  }
}
