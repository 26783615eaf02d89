import { CsvFormat } from './csv.format';
import { NdjsonFormat } from './ndjson.format';
import type { NamedFormat, RowFormat } from './row-format.contract';
import { XlsxFormat } from './xlsx.format';

/** The formats of the service itself. They need nothing of it, so that threads can make their own. */
export const BUILT_IN_FORMATS: readonly (NamedFormat & { readonly order: number })[] = [
  { name: 'xlsx', order: 10, format: new XlsxFormat() },
  { name: 'ndjson', order: 50, format: new NdjsonFormat() },
  { name: 'csv', order: 100, format: new CsvFormat() },
];

/** True for a format that an extension did not add. */
export function isBuiltIn(name: string): boolean {
  return BUILT_IN_FORMATS.some((named) => named.name === name);
}

/** @throws Error for a format of that name the service itself has not. */
export function builtInFormat(name: string): RowFormat {
  const named = BUILT_IN_FORMATS.find((candidate) => candidate.name === name);
  if (named === undefined) throw new Error(`No file format of the service is named ${name}`);
  return named.format;
}
