import { Findings } from '../findings';

/** Counts what the trials of one fault came to on one engine. */
export class FaultReport {
  readonly findings = new Findings();
  trials = 0;
  private imports = 0;
  private rows = 0;
  private readonly figures = new Map<string, number>();

  constructor(private readonly name: string) {}

  /** A trial is over; tells of it. */
  addTrial(what: string, findings: Findings): void {
    this.trials++;
    console.log(`${this.name} ${this.trials}: ${what}${findings.deviations.length > 0 ? ' ***' : ''}`);
    this.take(what, findings);
  }

  /** An import was checked from the first row to the last. */
  addImport(rows: number): void {
    this.imports++;
    this.rows += rows;
  }

  /** Something that is only counted. */
  count(figure: string, times = 1): void {
    this.figures.set(figure, (this.figures.get(figure) ?? 0) + times);
  }

  /** The longest of many times, in seconds. */
  longest(figure: string, ms: number): void {
    this.figures.set(figure, Math.max(this.figures.get(figure) ?? 0, Math.round(ms / 10) / 100));
  }

  take(what: string, findings: Findings): void {
    for (const deviation of findings.deviations) console.error(`*** ${this.name}, ${what}: ${deviation}`);
    this.findings.add(findings);
  }

  /** The line of the final table. */
  get line(): Record<string, string | number> {
    const { lost, twice, deviations } = this.findings;
    return {
      fault: this.name,
      trials: this.trials,
      imports: this.imports,
      rows: this.rows,
      lost,
      twice,
      deviations: deviations.length,
      figures: [...this.figures].map(([name, value]) => `${name} ${value}`).join(', '),
    };
  }
}
