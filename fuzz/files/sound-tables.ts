import type { Cells } from '../tables/table.file';
import { pick, Random } from './byte-mutation';

const HEADERS = ['uniqueRefNo', 'legalName', 'address', 'assignedAgent', 'pinCode', 'creditLimit', 'remark'];
const TEXTS = [
  ...['', 'Anna', 'Zoë 東京 😀', 'a "quoted" text', 'two\nlines', 'comma, semicolon; pipe|', '=1+1', '+919876543210'],
  ...["'=x", '#CLEAR', '560001', '1234.50', ' blanks ', '007', 'x'.repeat(300), '<b>&amp;</b>', '_x000D_', '1E+05'],
];
const MOST_ROWS = 8;

/** A table as people send it: a header, and rows of customers that mostly do not exist. */
export function soundTable(random: Random, prefix: string): Cells {
  const width = 2 + Math.floor(random() * (HEADERS.length - 1));
  const header = HEADERS.slice(0, width);
  const rows = Array.from({ length: 1 + Math.floor(random() * MOST_ROWS) }, (_, row) =>
    header.map((_name, column) => (column === 0 ? `${prefix}-${row}` : pick(random, TEXTS))),
  );
  return [header, ...rows];
}
