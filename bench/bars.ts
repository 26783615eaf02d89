import type { Engine } from '../test/support/engines';
import { Measurement, Measurements, median, quantile } from './measurement';

/** Something the figures must hold, and whether they do. */
export interface Bar {
  /** Such as `<= 1.6 x floor`. */
  readonly text: string;
  /** What was measured, in the unit of the text. */
  readonly value: string;
  readonly isMet: boolean;
}

const LONGEST_BLOCK_MS = 50;
const MOST_PEAK_MB = 300;
const MOST_IDLE_MB = 130;
const LONGEST_START_S = 1.5;
const LONGEST_CALL_MS = 100;

/** How long the service may take, measured by the time of another subject. */
const MOST_TIMES: readonly (readonly [work: string, subject: string, than: string, most: number])[] = [
  ['campaign', 'service', 'floor', 1.6],
  ['commerce', 'service', 'floor', 2],
  ['update', 'service', 'floor', 2],
  ['update', 'service, XLSX', 'service', 1.5],
  ['update', 'service, dry run', 'service', 1],
];
/** How many times as fast as the textbook it must be. */
const LEAST_TIMES: Readonly<Record<string, number>> = { campaign: 5, commerce: 5, update: 5 };

const times = (value: number): string => value.toFixed(2);
const ms = (value: number): string => `${value.toFixed(1)} ms`;
const atMost = (text: string, value: number, most: number, format: (value: number) => string): Bar => {
  return { text: `<= ${text}`, value: format(value), isMet: value <= most };
};
const atLeast = (text: string, value: number, least: number): Bar => {
  return { text: `>= ${text}`, value: times(value), isMet: value >= least };
};

/** The bars of one subject at one work; empty for peers, and where what it takes was not measured. */
export function barsOf(all: Measurements, one: Measurement): Bar[] {
  const { work, engine, subject, longestBlockMs } = one;
  const bars: Bar[] = [];
  for (const [barWork, barSubject, than, most] of MOST_TIMES) {
    if (barWork !== work || barSubject !== subject) continue;
    const ratio = all.ratio(one, all.find(work, than, engine));
    if (ratio !== null) bars.push(atMost(`${most} x ${than}`, ratio, most, times));
  }
  const least = LEAST_TIMES[work];
  const toTextbook = all.ratio(all.find(work, 'textbook', engine), one);
  if (subject === 'service' && least !== undefined && toTextbook !== null)
    bars.push(atLeast(`${least} x as fast as textbook`, toTextbook, least));
  if (work === 'activate' && subject === 'service') {
    const share = all.ratio(all.find(work, 'bare express', engine), one);
    if (share !== null) bars.push(atLeast('0.7 x bare requests/s', share, 0.7));
  }
  if (work === 'create many') bars.push(...growthBars(one, all.find('create', 'service', engine)));
  if (work === 'calls') bars.push(...callBars(all, one, engine));
  if (work === 'start') {
    bars.push(atMost(`${LONGEST_START_S} s`, median(one), LONGEST_START_S, (value) => `${value.toFixed(2)} s`));
    const idle = one.peakRssMb;
    if (idle !== null && idle !== undefined) bars.push(atMost(`${MOST_IDLE_MB} MB idle`, idle, MOST_IDLE_MB, mb));
  }
  const isOurs = subject.startsWith('service') || work === 'calls';
  if (isOurs && typeof longestBlockMs === 'number')
    bars.push(atMost(`${LONGEST_BLOCK_MS} ms longest block`, longestBlockMs, LONGEST_BLOCK_MS, ms));
  return bars;
}

const mb = (value: number): string => `${value.toFixed(0)} MB`;

/** Ten times the rows must come as fast, and need no more memory. */
function growthBars(many: Measurement, few: Measurement | undefined): Bar[] {
  const bars: Bar[] = [];
  const peak = many.peakRssMb;
  if (few !== undefined) {
    bars.push(atLeast('0.9 x rows/s of create', many.rows / median(many) / (few.rows / median(few)), 0.9));
    if (typeof peak === 'number' && typeof few.peakRssMb === 'number')
      bars.push(atMost('1.15 x memory of create', peak / few.peakRssMb, 1.15, times));
  }
  if (typeof peak === 'number') bars.push(atMost(`${MOST_PEAK_MB} MB`, peak, MOST_PEAK_MB, mb));
  return bars;
}

function callBars(all: Measurements, one: Measurement, engine: Engine): Bar[] {
  if (!one.subject.endsWith('during import')) return [];
  const idle = all.find('calls', one.subject.replace('during import', 'idle'), engine);
  const p99 = quantile(one.seconds, 0.99);
  const slowdown = idle === undefined ? null : p99 / quantile(idle.seconds, 0.99);
  return [
    ...(slowdown === null ? [] : [atMost('3 x p99 idle', slowdown, 3, times)]),
    atMost(`${LONGEST_CALL_MS} ms p99`, p99 * 1_000, LONGEST_CALL_MS, ms),
  ];
}
