import { mix } from './seeded-random';

/** First characters of the numbers of all customers of a run; nobody else's begin so. */
export const REF_PREFIX = 'CHAOS-';

/** The header is row 1, as in a spreadsheet. */
const FIRST_ROW = 2;
const PER_MILLE = 1000;
const MOST_CENTS = 900_000_000;
const VALID_PIN = '411001';
const CREATED_COLUMNS = 'uniqueRefNo,legalName,pinCode,creditLimit';

/** What a row is meant to come to: `good` is applied, the others are refused with the code beside them. */
const CODE_OF = {
  pin: 'INVALID_FORMAT',
  unknown: 'NOT_FOUND',
  taken: 'DUPLICATE_VALUE',
  duplicate: 'DUPLICATE_ROW',
} as const;
type RowKind = 'good' | keyof typeof CODE_OF;
/** Of an update, and of a creation; each about once in a thousand rows. */
const REFUSED_IN_UPDATES = ['pin', 'unknown', 'duplicate'] as const;
const REFUSED_IN_CREATIONS = ['pin', 'taken', 'duplicate'] as const;

/** The row numbers of a file and what must become of each. */
export interface ExpectedRow {
  readonly row: number;
  /** Index of the customer it creates or changes; null for a row that must be refused. */
  readonly customer: number | null;
  /** Error code of a row that must be refused. */
  readonly code: string | null;
}

/** A file to upload, and what must become of its rows. */
export interface CustomerFile {
  readonly bytes: Buffer;
  readonly header: string;
  readonly rows: readonly ExpectedRow[];
  /** What becomes of a row that is applied. */
  readonly verdict: 'created' | 'updated';
  /** Cells of a row as they are in the file. */
  cellsOf(row: number): string;
}

/** Public number of a customer. */
export function refOf(customer: number): string {
  return `${REF_PREFIX}${String(customer).padStart(7, '0')}`;
}

/** Values an update writes to a customer: different for every update, so that none can be taken for another's. */
export function valuesOf(seed: number, update: number, customer: number): { agent: string; limit: string } {
  const limit = ((mix(seed, update, customer, 1) % MOST_CENTS) / 100).toFixed(2);
  return { agent: `Agent ${update}.${customer}`, limit };
}

/** File that creates the first customers; none of its rows is refused. */
export function creationFile(customers: number): CustomerFile {
  const lines = Array.from({ length: customers }, (_, i) => newCustomer(refOf(i), i, VALID_PIN));
  const rows = lines.map((_, i): ExpectedRow => ({ row: i + FIRST_ROW, customer: i, code: null }));
  return fileOf('created', CREATED_COLUMNS, lines, rows);
}

/**
 * File that creates more customers, the first of them with that index. About three rows in a thousand must be refused:
 * for a wrong cell, a number that was taken before, one that an earlier row of the file has taken.
 */
export function additionFile(seed: number, update: number, first: number, rowCount: number): CustomerFile {
  const lines: string[] = [];
  const rows: ExpectedRow[] = [];
  let next = first;
  for (let i = 0; i < rowCount; i++) {
    const row = i + FIRST_ROW;
    const kind = kindOf(seed, update, i, REFUSED_IN_CREATIONS);
    const some = mix(seed, update, i, 3);
    const earlier = kind === 'taken' ? some % first : first + (some % Math.max(1, next - first));
    const ref = refOf(kind === 'good' || kind === 'pin' ? next : earlier);
    lines.push(newCustomer(ref, next, kind === 'pin' ? '012' : VALID_PIN));
    rows.push(kind === 'good' ? { row, customer: next++, code: null } : { row, customer: null, code: CODE_OF[kind] });
  }
  return fileOf('created', CREATED_COLUMNS, lines, rows);
}

const newCustomer = (ref: string, customer: number, pin: string) => `${ref},Customer ${customer},${pin},10.25`;

/**
 * File of one update: a row per customer, about three in a thousand of which must be refused: for a wrong cell, for a
 * customer that is not there, for one an earlier row of the file has (often of an earlier chunk, so that a job that goes
 * on must remember it).
 */
export function updateFile(seed: number, update: number, customers: number): CustomerFile {
  const lines: string[] = [];
  const rows: ExpectedRow[] = [];
  for (let i = 0; i < customers; i++) {
    const kind = kindOf(seed, update, i, REFUSED_IN_UPDATES);
    const { agent, limit } = valuesOf(seed, update, i);
    const named = kind === 'duplicate' ? refOf(earlierGood(seed, update, i)) : refOf(i);
    const ref = kind === 'unknown' ? named.replace(REF_PREFIX, 'NOBODY-') : named;
    lines.push([ref, agent, kind === 'pin' ? '012' : VALID_PIN, limit].join(','));
    const row = i + FIRST_ROW;
    rows.push(kind === 'good' ? { row, customer: i, code: null } : { row, customer: null, code: CODE_OF[kind] });
  }
  return fileOf('updated', 'uniqueRefNo,assignedAgent,pinCode,creditLimit', lines, rows);
}

function fileOf(
  verdict: CustomerFile['verdict'],
  header: string,
  lines: readonly string[],
  rows: readonly ExpectedRow[],
): CustomerFile {
  return {
    verdict,
    bytes: Buffer.from([header, ...lines].join('\r\n')),
    header,
    rows,
    cellsOf: (row) => lines[row - FIRST_ROW] ?? '',
  };
}

function kindOf<K extends RowKind>(seed: number, update: number, index: number, refused: readonly K[]): K | 'good' {
  // The first row is the one a duplicate can always fall back on.
  if (index === 0) return 'good';
  return refused[mix(seed, update, index, 2) % PER_MILLE] ?? 'good';
}

function earlierGood(seed: number, update: number, customer: number): number {
  for (let earlier = mix(seed, update, customer, 3) % customer; earlier > 0; earlier--) {
    if (kindOf(seed, update, earlier, REFUSED_IN_UPDATES) === 'good') return earlier;
  }
  return 0;
}
