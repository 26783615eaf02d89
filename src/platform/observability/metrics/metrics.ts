import type { Gauge, Registry } from 'prom-client';
import { inTime } from '../in-time';

/** Answers of the database that are waited for while figures are read. */
const PATIENCE_MS = 1_500;
/** Seconds; requests take milliseconds, files up to minutes. */
const DURATIONS = [0.005, 0.02, 0.1, 0.5, 2, 10, 60, 300];

/** What a figure is called (`rollbook_…`), what it tells, and by what it is told apart. */
export interface Metric<Label extends string> {
  readonly name: `rollbook_${string}`;
  readonly help: string;
  /** Names of labels; their values are few and never an id, a text of a caller or anything personal. */
  readonly labels: readonly Label[];
}

export type Labels<Label extends string> = Readonly<Record<Label, string>>;
/** Adds to a counter. */
export type Count<Label extends string> = (labels: Labels<Label>, by?: number) => void;
/** Adds one duration in seconds. */
export type Observe<Label extends string> = (labels: Labels<Label>, seconds: number) => void;
/** One value of a gauge. */
export type Reading<Label extends string> = readonly [Labels<Label>, number];

type Client = typeof import('prom-client');

/**
 * The figures of this process in the text format of Prometheus. Where nobody may read them nothing is counted, and the
 * library that counts is not even loaded.
 */
export class Metrics {
  private constructor(
    private readonly client: Client | null,
    private readonly registry: Registry | null,
  ) {}

  static async create(isOn: boolean): Promise<Metrics> {
    if (!isOn) return new Metrics(null, null);
    const client = await import('prom-client');
    const registry = new client.Registry();
    // Memory, CPU, handles, garbage collection and the delay of the event loop.
    client.collectDefaultMetrics({ register: registry });
    return new Metrics(client, registry);
  }

  /** A figure that only grows; of this process, since it started. */
  counter<Label extends string>(metric: Metric<Label>): Count<Label> {
    const counter = this.client && new this.client.Counter(this.definitionOf(metric));
    return (labels, by = 1) => counter?.inc(labels, by);
  }

  /** How long something takes. */
  histogram<Label extends string>(metric: Metric<Label>): Observe<Label> {
    const histogram = this.client && new this.client.Histogram({ ...this.definitionOf(metric), buckets: DURATIONS });
    return (labels, seconds) => histogram?.observe(labels, seconds);
  }

  /** A figure that is looked up each time it is asked for; without a value while that fails or takes too long. */
  gauge<Label extends string>(metric: Metric<Label>, read: () => Promise<readonly Reading<Label>[]>): void {
    if (this.client === null) return;
    new this.client.Gauge({
      ...this.definitionOf(metric),
      async collect(this: Gauge<Label>) {
        const readings = await inTime(PATIENCE_MS, read()).catch(() => []);
        this.reset();
        for (const [labels, value] of readings) this.set(labels, value);
      },
    });
  }

  /** All figures as text; empty where they are off. */
  async text(): Promise<string> {
    return (await this.registry?.metrics()) ?? '';
  }

  private definitionOf<Label extends string>({ name, help, labels }: Metric<Label>) {
    return { name, help, labelNames: [...labels], registers: this.registry === null ? [] : [this.registry] };
  }
}
