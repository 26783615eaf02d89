/** First and last of a run of ids. */
export type IdSpan = readonly [first: number, last: number];

/** Ids in ascending order -> `12-1011,1014-1020`. */
export function toSpans(ids: readonly number[]): string {
  const spans: [number, number][] = [];
  for (const id of ids) {
    const open = spans.at(-1);
    if (open !== undefined && open[1] === id - 1) open[1] = id;
    else spans.push([id, id]);
  }
  return spans.map((span) => span.join('-')).join(',');
}

/** What `toSpans` wrote; empty for any other text. */
export function parseSpans(text: string): IdSpan[] {
  if (!/^\d+-\d+(,\d+-\d+)*$/.test(text)) return [];
  return text.split(',').map((span) => {
    const [first = 0, last = 0] = span.split('-').map(Number);
    return [first, last];
  });
}

/** How many ids the spans hold. */
export function countOf(spans: readonly IdSpan[]): number {
  return spans.reduce((sum, [first, last]) => sum + last - first + 1, 0);
}
