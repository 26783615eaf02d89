/** How one CSV file is written. */
export interface CsvDialect {
  readonly delimiter: string;
  /** Characters of a leading `sep=;` line, to be skipped; 0 without one. */
  readonly skip: number;
}

/** Characters looked at to tell the delimiter. */
export const SAMPLE_CHARS = 64 * 1024;

const DELIMITERS = [',', ';', '\t', '|'] as const;
const SAMPLE_RECORDS = 20;
const SEP_LINE = /^sep=([,;\t|])(?:\r\n|\n|\r|$)/i;

/**
 * Tells the delimiter from the first characters of a file: the one of comma, semicolon, tab and pipe that stands in the
 * header and, outside quotes, as often in most of the first 20 records. Comma where none does (a single column). A first
 * line `sep=;`, as Excel understands it, decides.
 * @param complete the sample is the whole file, so that its last record is not cut off
 */
export function dialectOf(sample: string, complete: boolean): CsvDialect {
  const sep = SEP_LINE.exec(sample);
  if (sep?.[1] !== undefined) return { delimiter: sep[1], skip: sep[0].length };
  const records = countDelimiters(sample, complete);
  let best = { delimiter: ',', agreement: 0, count: 0 };
  for (const [i, delimiter] of DELIMITERS.entries()) {
    const count = records[0]?.[i] ?? 0;
    if (count === 0) continue;
    const agreement = records.filter((record) => record[i] === count).length;
    if (agreement > best.agreement || (agreement === best.agreement && count > best.count)) {
      best = { delimiter, agreement, count };
    }
  }
  return { delimiter: best.delimiter, skip: 0 };
}

/** How often each delimiter stands outside quotes, for each of the first records that are not blank. */
function countDelimiters(sample: string, complete: boolean): number[][] {
  const records: number[][] = [];
  let counts = DELIMITERS.map(() => 0);
  let quoted = false;
  let blank = true;
  let previous = '\n';
  for (const char of sample) {
    // A quote opens only at the beginning of a cell; one after another is a doubled quote.
    if (char === '"') quoted = !quoted && '\n\r,;\t|"'.includes(previous);
    previous = char;
    if (!quoted && (char === '\n' || char === '\r')) {
      if (!blank) records.push(counts);
      if (records.length === SAMPLE_RECORDS) return records;
      counts = DELIMITERS.map(() => 0);
      blank = true;
      continue;
    }
    blank &&= char.trim() === '' && char !== '\t';
    const index = quoted ? -1 : DELIMITERS.findIndex((delimiter) => delimiter === char);
    if (index >= 0) counts[index] = (counts[index] ?? 0) + 1;
  }
  if (!blank && (complete || records.length === 0)) records.push(counts);
  return records;
}
