import { mix } from './seeded-random';

/** First characters of the numbers of all customers of a run; nobody else's begin so. */
export const REF_PREFIX = 'CHAOS-';

/** The header is row 1, as in a spreadsheet. */
const FIRST_ROW = 2;
const PER_MILLE = 1000;
const MOST_CENTS = 900_000_000;
const VALID_PIN = '411001';

/** What a row of an update is meant to come to: `good` is applied, the others are refused with the code beside them. */
const CODE_OF = { pin: 'INVALID_FORMAT', unknown: 'NOT_FOUND', duplicate: 'DUPLICATE_ROW' } as const;
type RowKind = 'good' | keyof typeof CODE_OF;

/** The row numbers of a file and what must become of each. */
export interface ExpectedRow {
  readonly row: number;
  /** Index of the customer it changes; null for a row that must be refused. */
  readonly customer: number | null;
  /** Error code of a row that must be refused. */
  readonly code: string | null;
}

/** A file to upload, and what must become of its rows. */
export interface CustomerFile {
  readonly bytes: Buffer;
  readonly header: string;
  readonly rows: readonly ExpectedRow[];
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

/** File that creates so many customers. */
export function creationFile(customers: number): CustomerFile {
  const lines = Array.from({ length: customers }, (_, i) => `${refOf(i)},Customer ${i},${VALID_PIN},10.25`);
  const rows = lines.map((_, i): ExpectedRow => ({ row: i + FIRST_ROW, customer: i, code: null }));
  return fileOf('uniqueRefNo,legalName,pinCode,creditLimit', lines, rows);
}

/**
 * File of one update: a row per customer, about three in a thousand of which must be refused: for a wrong cell, for a
 * customer that is not there, for one an earlier row of the file has (often of an earlier chunk, so that a job that goes
 * on must remember it).
 */
export function updateFile(seed: number, update: number, customers: number): CustomerFile {
  const lines: string[] = [];
  const rows: ExpectedRow[] = [];
  for (let i = 0; i < customers; i++) {
    const kind = kindOf(seed, update, i);
    const { agent, limit } = valuesOf(seed, update, i);
    const named = kind === 'duplicate' ? refOf(earlierGood(seed, update, i)) : refOf(i);
    const ref = kind === 'unknown' ? named.replace(REF_PREFIX, 'NOBODY-') : named;
    lines.push([ref, agent, kind === 'pin' ? '012' : VALID_PIN, limit].join(','));
    const row = i + FIRST_ROW;
    rows.push(kind === 'good' ? { row, customer: i, code: null } : { row, customer: null, code: CODE_OF[kind] });
  }
  return fileOf('uniqueRefNo,assignedAgent,pinCode,creditLimit', lines, rows);
}

function fileOf(header: string, lines: readonly string[], rows: readonly ExpectedRow[]): CustomerFile {
  return {
    bytes: Buffer.from([header, ...lines].join('\r\n')),
    header,
    rows,
    cellsOf: (row) => lines[row - FIRST_ROW] ?? '',
  };
}

function kindOf(seed: number, update: number, customer: number): RowKind {
  // The first row is the one a duplicate can always fall back on.
  if (customer === 0) return 'good';
  return (['pin', 'unknown', 'duplicate'] as const)[mix(seed, update, customer, 2) % PER_MILLE] ?? 'good';
}

function earlierGood(seed: number, update: number, customer: number): number {
  for (let earlier = mix(seed, update, customer, 3) % customer; earlier > 0; earlier--) {
    if (kindOf(seed, update, earlier) === 'good') return earlier;
  }
  return 0;
}
