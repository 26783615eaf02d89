/** Retries that are always there, so that a few unlucky calls in quiet times get theirs. */
const RESERVE = 100;
/** Retries each piece of work pays for. */
const SHARE = 0.2;

/**
 * Keeps retries to a fifth of the work: when the database fails all the time, trying everything again would only be
 * more load on it.
 */
export class RetryBudget {
  private left = RESERVE;

  /** A piece of work was tried for the first time. */
  earn(): void {
    this.left = Math.min(RESERVE, this.left + SHARE);
  }

  /** True when one more try is paid for. */
  take(): boolean {
    if (this.left < 1) return false;
    this.left--;
    return true;
  }
}
