import type { Cell } from '../../chaos/database-probe';
import { bookEntries, textRow, zip } from '../../test/support/workbook';

const MOST_CENTS = 90_000_000;
const HUNDRED = 100;
const DAYS = 366;

const CREATED = ['uniqueRefNo', 'legalName', 'address', 'pinCode', 'assignedAgent', 'creditLimit', 'paymentTermsDays'];
const CHANGED = CREATED.filter((column) => column !== 'legalName');

/** Columns by which the rows of a file are checked, in the order of `storedLines`. */
export const STORED_COLUMNS = 'unique_ref_no, address, pin_code, assigned_agent, payment_terms_days, credit_limit';

/** Public numbers of the customers of one file begin so, and of no others. */
export type RefPrefix = string;

export const refOf = (prefix: RefPrefix, customer: number): string => `${prefix}${String(customer).padStart(7, '0')}`;

interface CustomerValues {
  readonly address: string;
  readonly pin: string;
  readonly agent: string;
  readonly credit: string;
  readonly days: number;
}

/** Other values of every customer for every turn, so that each row is a change. */
function valuesOf(turn: number, customer: number): CustomerValues {
  const cents = (customer * 7_919 + turn * 104_729) % MOST_CENTS;
  return {
    address: `${customer} Street of turn ${turn} Bengaluru`,
    pin: String(411_001 + (customer % HUNDRED)),
    agent: `Agent ${turn}.${customer % HUNDRED}`,
    credit: (cents / HUNDRED).toFixed(2),
    days: (customer + turn) % DAYS,
  };
}

function* cells(prefix: RefPrefix, turn: number, customers: number, isNew: boolean): Generator<readonly string[]> {
  for (let at = 0; at < customers; at++) {
    const { address, pin, agent, credit, days } = valuesOf(turn, at);
    const names = isNew ? [refOf(prefix, at), `Customer ${at}`] : [refOf(prefix, at)];
    yield [...names, address, pin, agent, credit, String(days)];
  }
}

/** What must be stored after a file. */
export function* storedLines(prefix: RefPrefix, turn: number, customers: number): Generator<readonly Cell[]> {
  for (let at = 0; at < customers; at++) {
    const { address, pin, agent, credit, days } = valuesOf(turn, at);
    yield [refOf(prefix, at), address, pin, agent, days, credit];
  }
}

/** A file that creates or updates so many customers. */
export function csvFile(prefix: RefPrefix, turn: number, customers: number, isNew: boolean): Buffer {
  const lines = [(isNew ? CREATED : CHANGED).join(',')];
  for (const row of cells(prefix, turn, customers, isNew)) lines.push(row.join(','));
  return Buffer.from(lines.join('\r\n'));
}

/** The same as a workbook. */
export function xlsxFile(prefix: RefPrefix, turn: number, customers: number, isNew: boolean): Buffer {
  const rows = [textRow(1, ...(isNew ? CREATED : CHANGED))];
  for (const row of cells(prefix, turn, customers, isNew)) rows.push(textRow(rows.length + 1, ...row));
  return zip(bookEntries({ sheets: [{ name: 'Customers', rows: rows.join('') }] }));
}
