import { barsOf } from './bars';
import { Measurement, Measurements, median, quantile } from './measurement';

const COLUMNS = [
  ...['work', 'engine', 'subject', 'rows', 'runs', 'median', 'p99', 'rows/s', 'peak MB'],
  ...['longest block', 'x floor', 'textbook x', 'bars'],
];
const NONE = '';

/** Short enough for a table: milliseconds below a second. */
function duration(seconds: number): string {
  return seconds < 1 ? `${(seconds * 1_000).toFixed(1)} ms` : `${seconds.toFixed(2)} s`;
}

/** Each measurement as one line of a Markdown table, with the bars it has to meet. */
export function tableOf(list: readonly Measurement[]): string {
  const all = new Measurements(list);
  const lines = [COLUMNS, ...list.map((one) => cellsOf(all, one))];
  const widths = COLUMNS.map((_, column) => Math.max(...lines.map((cells) => cells[column]?.length ?? 0)));
  const line = (cells: readonly string[]) => `| ${cells.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(' | ')} |`;
  const [head = COLUMNS, ...body] = lines;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...body.map(line)].join('\n');
}

function cellsOf(all: Measurements, one: Measurement): string[] {
  const { work, engine, subject, rows, seconds, peakRssMb, longestBlockMs } = one;
  const isCalls = work === 'calls';
  const number = (value: number | null | undefined, digits: number) =>
    value === null || value === undefined ? NONE : value.toFixed(digits);
  const bars = barsOf(all, one).map(({ text, value, isMet }) => `${isMet ? 'met' : '**MISSED**'} ${text}: ${value}`);
  return [
    ...[work, engine, subject, String(rows), String(seconds.length), duration(median(one))],
    isCalls ? duration(quantile(seconds, 0.99)) : NONE,
    work === 'start' || isCalls ? NONE : String(Math.round(rows / median(one))),
    number(peakRssMb, 0),
    number(longestBlockMs, 1),
    ...[toFloor(all, one), toTextbook(all, one)].map((ratio) => number(ratio, 2)),
    bars.join('; '),
  ];
}

/** Time in times of that of the floor, or of the bare application. */
function toFloor(all: Measurements, one: Measurement): number | null {
  const { work, engine } = one;
  return all.ratio(one, all.find(work, work === 'activate' ? 'bare express' : 'floor', engine));
}

/** Time of the textbook in times of this one: how many times as fast it is. */
function toTextbook(all: Measurements, one: Measurement): number | null {
  return all.ratio(all.find(one.work, 'textbook', one.engine), one);
}

/** The same for programs. */
export function jsonOf(list: readonly Measurement[]): string {
  const all = new Measurements(list);
  const entries = list.map((one) => ({
    work: one.work,
    engine: one.engine,
    subject: one.subject,
    median_s: median(one),
    p99_s: one.work === 'calls' ? quantile(one.seconds, 0.99) : null,
    rows_per_s: one.rows / median(one),
    peak_rss_mb: one.peakRssMb ?? null,
    longest_block_ms: one.longestBlockMs ?? null,
    ratio_to_floor: toFloor(all, one),
    ratio_to_textbook: toTextbook(all, one),
    bars: barsOf(all, one),
  }));
  return `${JSON.stringify(entries, null, 2)}\n`;
}

/** How many bars there are, and how many of them are missed. */
export function countBars(list: readonly Measurement[]): { bars: number; missed: number } {
  const all = new Measurements(list);
  const bars = list.flatMap((one) => barsOf(all, one));
  return { bars: bars.length, missed: bars.filter(({ isMet }) => !isMet).length };
}
