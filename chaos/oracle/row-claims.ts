/** Which of several rows for one record applies; `each`: all of them, in order. */
export type DuplicateRule = 'each' | 'first' | 'last' | 'reject';

interface Span {
  readonly first: number;
  readonly last: number;
}

/** Who may have which record, when a call allows one row for each. */
export class RowClaims {
  private readonly spans = new Map<string, Span>();
  private readonly holders = new Map<string, number>();

  /** @param named the record each row names; null for rows that name none, or break a rule in themselves */
  constructor(
    private readonly rule: DuplicateRule,
    named: readonly (string | null)[],
  ) {
    named.forEach((record, index) => {
      if (record !== null) this.spans.set(record, { first: this.spans.get(record)?.first ?? index, last: index });
    });
  }

  /** Whether a row may have a record. The first one that asks has it, or the last that names it, or no one of several. */
  take(record: string, index: number): boolean {
    if (this.rule === 'each') return true;
    if (this.rule === 'first') {
      const holder = this.holders.get(record) ?? index;
      this.holders.set(record, holder);
      return holder === index;
    }
    const { first, last } = this.spans.get(record) ?? { first: index, last: index };
    return first === last || (this.rule === 'last' && index === last);
  }
}
