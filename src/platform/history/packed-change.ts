import { forEachGivingWay } from '../event-loop/give-way';
import type { ChunkPage } from './chunk-page';
import type { HistoryEntry } from './history-entry.entity';
import type { HistoryPage } from './history-page.entity';

/** Characters of a page, about; a larger chunk has several. */
const MOST_CHARACTERS = 1024 * 1024;

/** A change in a page. */
export interface PagedChange<C> {
  readonly recordRef: number;
  /** Version of the record after the change. */
  readonly version: number;
  readonly rowNo: number | null;
  readonly changes: C[];
  /** The page with the changes of the record before; null when there is none. */
  readonly before: number | null;
}

/** As it is stored, a list: the names of the members would be a quarter of a page. */
type Packed<C> = [recordRef: number, version: number, rowNo: number | null, changes: C[], before: number | null];

/** JSON escapes the line breaks of a text, so each line is one change. */
const START = '[\n';
const SEPARATOR = ',\n';
const END = '\n]';

/** The changes of a page. */
export function unpacked<C>({ changes }: Pick<HistoryPage, 'changes'>): PagedChange<C>[] {
  return (JSON.parse(changes) as Packed<C>[]).map(([recordRef, version, rowNo, told, before]) => {
    return { recordRef, version, rowNo, changes: told, before };
  });
}

/** The changes of some records in a page. Those of others are passed over, since reading them takes most of the time. */
export function unpackedOf<C>(
  page: Pick<HistoryPage, 'changes'>,
  refs: { has(recordRef: number): boolean },
): PagedChange<C>[] {
  const { changes: text } = page;
  // Pages of the first day have no lines, and those that somebody altered need not.
  if (!text.startsWith(START) || !text.endsWith(END))
    return unpacked<C>(page).filter(({ recordRef }) => refs.has(recordRef));
  const lines: string[] = [];
  for (let start = START.length; start < text.length - 1;) {
    const end = text.indexOf('\n', start);
    const ref = Number(text.slice(start + 1, text.indexOf(',', start)));
    if (refs.has(ref)) lines.push(text.slice(start, text[end - 1] === ',' ? end - 1 : end));
    start = end + 1;
  }
  return unpacked({ changes: `[${lines.join(',')}]` });
}

/** A page with what some of its changes tell written anew. @param anew gives what a change is to tell */
export function rewritten<C>(page: HistoryPage, anew: (change: PagedChange<C>) => C[]): HistoryPage {
  const changes = unpacked<C>(page).map((change) => packedChange({ ...change, changes: anew(change) }));
  return { ...page, changes: pageOf(changes) };
}

function pageOf(changes: readonly string[]): string {
  return `${START}${changes.join(SEPARATOR)}${END}`;
}

function packedChange<C>({ recordRef, version, rowNo, changes, before }: PagedChange<C>): string {
  const values: Packed<C> = [recordRef, version, rowNo, changes, before];
  return JSON.stringify(values);
}

/** What a history entry says, whatever it calls the record. */
export type Told = Omit<HistoryEntry, 'id'> & { readonly changes: { readonly field: string }[] };

/** What an entry tells of one field. */
export type ToldBy<E extends Told> = E['changes'][number];

/**
 * Entries of one chunk -> its pages. Where there are several they are in the order of the records' ids, so that a
 * change is found without reading all of them.
 */
export async function toPages<E extends Told>(
  page: ChunkPage,
  entries: readonly E[],
  refOf: (entry: E) => number,
): Promise<Omit<HistoryPage, 'id'>[]> {
  const [first] = entries;
  if (first === undefined) return [];
  const { companyRef, changedAt, changedBy, jobId } = first;
  const texts: { readonly ref: number; readonly text: string }[] = [];
  let characters = 0;
  await forEachGivingWay(entries, (entry) => {
    const { version, rowNo, changes } = entry;
    const recordRef = refOf(entry);
    const text = packedChange({ recordRef, version, rowNo, changes, before: page.beforeOf(recordRef) });
    texts.push({ ref: recordRef, text });
    characters += text.length;
  });
  if (characters > MOST_CHARACTERS) texts.sort((a, b) => a.ref - b.ref);
  const facts = { companyRef, pageRef: page.ref, changedAt, changedBy, jobId: jobId ?? '' };
  return parts(texts).map((part) => {
    const refs = part.map(({ ref }) => ref);
    const changes = pageOf(part.map(({ text }) => text));
    return { ...facts, leastRef: Math.min(...refs), greatestRef: Math.max(...refs), changes };
  });
}

/** Texts in groups of so many characters that a page may have. */
function parts<T extends { readonly text: string }>(texts: readonly T[]): T[][] {
  const all: T[][] = [[]];
  let characters = 0;
  for (const one of texts) {
    characters += one.text.length;
    if (characters > MOST_CHARACTERS && all.at(-1)?.length !== 0) {
      all.push([]);
      characters = one.text.length;
    }
    all.at(-1)?.push(one);
  }
  return all;
}
