/** What the checks found wrong, in words and counted by kind. */
export class Findings {
  readonly deviations: string[] = [];
  /** Rows that should have been applied or told of, and were not. */
  lost = 0;
  /** Rows applied more than once. */
  twice = 0;

  /** Notes a deviation unless the condition holds. */
  expect(holds: boolean, deviation: string): void {
    if (!holds) this.deviations.push(deviation);
  }

  /** Notes how many rows of a kind there are, with one of them as an example; none is no deviation. */
  countRows(kind: 'lost' | 'twice' | 'wrong', rows: readonly string[], what: string): void {
    if (rows.length === 0) return;
    if (kind === 'lost') this.lost += rows.length;
    if (kind === 'twice') this.twice += rows.length;
    this.deviations.push(`${rows.length} ${what}, such as ${rows[0]}`);
  }

  add(other: Findings): void {
    this.deviations.push(...other.deviations);
    this.lost += other.lost;
    this.twice += other.twice;
  }
}
