import type { Cells } from '../tables/table.file';
import { pick, type Random } from './byte-mutation';

/** A way in which other programs and people write a table that is sound at heart. */
export interface Pollution {
  readonly name: string;
  /** What was meant could only be guessed: rows, or all of the file, may be refused. Otherwise all must come out. */
  readonly mayBeRefused?: true;
  /** Of line breaks in cells nothing would be left. */
  readonly losesBreaks?: true;
  write(cells: Cells, random: Random): Buffer;
}

const needsQuotes = (cell: string): boolean => /[",;\t|\r\n]|^\s|\s$/.test(cell);
const quoted = (cell: string): string => `"${cell.replaceAll('"', '""')}"`;
const written = (cell: string): string => (needsQuotes(cell) ? quoted(cell) : cell);
const lineOf = (row: readonly string[], delimiter = ','): string => row.map(written).join(delimiter);
const fileOf = (lines: readonly string[], end = '\r\n'): Buffer => Buffer.from(lines.join(end) + end);

const linesOf = (rows: Cells, delimiter = ','): string[] => rows.map((row) => lineOf(row, delimiter));

/** The table as it should be. */
export const cleanFile = (cells: Cells): Buffer => fileOf(linesOf(cells));

const utf16File = (cells: Cells): Buffer => Buffer.from(`\uFEFF${cleanFile(cells).toString()}`, 'utf16le');

/** Lines with another between them, never inside of one. */
const mixedWith = (lines: readonly string[], random: Random, other: string): string[] =>
  lines.flatMap((line) => (random() < 0.3 ? [line, other] : [line]));

/** The header, and below it the rows with another line between them. */
const mixedBelow = (
  [header = [], ...rows]: Cells,
  random: Random,
  other: (header: readonly string[]) => string,
): Buffer => fileOf([lineOf(header), ...mixedWith(linesOf(rows), random, other(header))]);

function lastFilled(row: readonly string[]): number {
  return row.reduce((last, cell, at) => (cell === '' ? last : at), 0);
}

/** Kinds of pollution: quoting, delimiters, lines that are no rows, ragged rows, encodings. */
export const POLLUTIONS: readonly Pollution[] = [
  {
    name: 'other delimiter',
    write: (cells, random) => {
      const delimiter = pick(random, [';', '\t', '|']);
      return fileOf(linesOf(cells, delimiter));
    },
  },
  { name: 'sep line', write: (cells) => fileOf(['sep=;', ...linesOf(cells, ';')]) },
  { name: 'everything quoted', write: (cells) => fileOf(cells.map((row) => row.map(quoted).join(','))) },
  {
    name: 'quoted by chance',
    write: (cells, random) =>
      fileOf(cells.map((row) => row.map((cell) => (random() < 0.5 ? quoted(cell) : written(cell))).join(','))),
  },
  {
    name: 'quotes not doubled',
    mayBeRefused: true,
    write: (cells) => fileOf(cells.map((row) => row.map((cell) => (needsQuotes(cell) ? `"${cell}"` : cell)).join(','))),
  },
  {
    name: 'nothing quoted',
    mayBeRefused: true,
    losesBreaks: true,
    write: (cells) => fileOf(cells.map((row) => row.join(','))),
  },
  { name: 'blank lines', write: (cells, random) => fileOf(mixedWith(linesOf(cells), random, '')) },
  {
    name: 'lines of delimiters',
    write: (cells, random) => mixedBelow(cells, random, (header) => ','.repeat(header.length - 1)),
  },
  { name: 'header again', write: (cells, random) => mixedBelow(cells, random, (header) => lineOf(header)) },
  {
    name: 'title above',
    mayBeRefused: true,
    write: (cells) => fileOf(['Customers of November', '', ...linesOf(cells)]),
  },
  {
    name: 'header in other words',
    write: ([header = [], ...rows], random) =>
      fileOf([
        header.map((name) => pick(random, [name.toUpperCase(), ` ${name} `, name.toLowerCase()])).join(','),
        ...linesOf(rows),
      ]),
  },
  {
    name: 'short rows',
    mayBeRefused: true,
    write: ([header = [], ...rows]) =>
      fileOf([lineOf(header), ...rows.map((row) => lineOf(row.slice(0, lastFilled(row) + 1)))]),
  },
  { name: 'delimiter at the end', write: (cells) => fileOf(cells.map((row) => `${lineOf(row)},`)) },
  {
    name: 'long rows',
    mayBeRefused: true,
    write: ([header = [], ...rows], random) =>
      fileOf([lineOf(header), ...rows.map((row) => lineOf(random() < 0.5 ? [...row, 'left over'] : row))]),
  },
  {
    name: 'lines end otherwise',
    write: (cells, random) => fileOf(linesOf(cells), pick(random, ['\n', '\r'])),
  },
  {
    name: 'lines end by chance',
    write: (cells, random) => Buffer.from(cells.map((row) => lineOf(row) + pick(random, ['\n', '\r\n'])).join('')),
  },
  { name: 'no end', write: (cells) => Buffer.from(linesOf(cells).join('\n')) },
  { name: 'mark', write: (cells) => Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), cleanFile(cells)]) },
  { name: 'UTF-16', write: utf16File },
  {
    name: 'UTF-16, big end first',
    write: (cells) => utf16File(cells).swap16(),
  },
  { name: 'end mark of DOS', write: (cells) => Buffer.concat([cleanFile(cells), Buffer.from([0x1a])]) },
  {
    name: 'NULs at the end',
    mayBeRefused: true,
    write: (cells) => Buffer.concat([cleanFile(cells), Buffer.alloc(64)]),
  },
];
