import type { DrawnRow, RowAnswer } from './book.model';
import { drawChoices, perform } from './call-choices';
import { CONTACT_COLUMNS, drawContact, type SentContact } from './contact.calls';
import type { CustomerState } from './customer.state';
import type { Dice } from './dice';
import { difference, FileParts, type OracleCall, type OracleWorld, REFUSED_SHARE, refusedCall } from './oracle.call';

/** Customers that a file makes at first. */
const CUSTOMERS = 8;
const PATH = '/api/v0/customer/bulk/update';
const COLUMNS = [
  ...['customerId', 'uniqueRefNo', 'legalName', 'assignedAgent'],
  ...['pinCode', 'creditLimit', 'accountNumber', 'ifsc'],
] as const;
type Cells = Partial<Record<(typeof COLUMNS)[number], string>>;
/** Part of the files that come with contacts. */
const CONTACTS_SHARE = 0.35;

/** First customers of a seed, by key, and the file that makes them. */
export function firstCustomers(prefix: string): {
  readonly states: Map<string, Partial<CustomerState>>;
  readonly file: Buffer;
} {
  const refs = Array.from({ length: CUSTOMERS }, (_, index) => `${prefix}-${index}`);
  const states = new Map(refs.map((ref) => [ref, { uniqueRefNo: ref, legalName: `Customer ${ref}` }]));
  return {
    states,
    file: Buffer.from(['uniqueRefNo,legalName', ...refs.map((ref) => `${ref},Customer ${ref}`)].join('\n')),
  };
}

/** Cells of a change: what is left out stays, null becomes the word that clears. */
function drawPatch(dice: Dice): Partial<CustomerState> {
  const account = dice.pick([null, 'AB1234567', 'CD7654321']);
  const ifsc = dice.pick([null, 'HDFC0001234']);
  const bank = dice.below(10);
  return {
    ...(dice.chance(0.15) && { legalName: dice.pick(['Firm 1', 'Firm 2']) }),
    ...(dice.chance(0.5) && { assignedAgent: dice.pick(['Asha', 'Ravi, "R."', null]) }),
    ...(dice.chance(0.3) && { pinCode: dice.pick(['411001', '560001', null]) }),
    ...(dice.chance(0.5) && { creditLimit: dice.pick(['10.25', '0.10', '99999.99', null]) }),
    ...((bank === 0 || bank === 1) && { accountNumber: account }),
    ...((bank === 0 || bank === 2) && { ifsc }),
    ...(bank === 3 && { accountNumber: 'AB1234567', ifsc: 'HDFC0001234' }),
  };
}

/** A customer, who may be nobody, and the cells that name it. */
function drawNamed({ dice, book, ids }: OracleWorld): { readonly customer: string | null; readonly named: Cells } {
  const all = [...book.table.all];
  const [customer, row] = dice.chance(0.05) ? [] : (all[dice.below(all.length)] ?? []);
  const ref = row?.state.uniqueRefNo ?? null;
  const byRef = ref !== null && dice.chance(0.5);
  const publicId = customer === undefined ? null : ids.publicIdOf(customer);
  const named = byRef ? { uniqueRefNo: ref } : publicId === null ? { uniqueRefNo: 'NOBODY' } : { customerId: publicId };
  return { customer: 'uniqueRefNo' in named && named.uniqueRefNo === 'NOBODY' ? null : (customer ?? null), named };
}

function drawRow(world: OracleWorld): { readonly drawn: DrawnRow; readonly cells: Cells } {
  const { dice } = world;
  const { customer, named } = drawNamed(world);
  const patch = drawPatch(dice);
  const texts = Object.fromEntries(
    Object.entries(patch).map(([name, value]) => [name, (value as string | null) ?? '#CLEAR']),
  );
  const plain = { drawn: { customer, patch, fault: null }, cells: { ...named, ...texts } };
  if (!dice.chance(0.08)) return plain;
  const [cells, fault] = dice.pick<[Cells, string]>([
    [{ ...plain.cells, pinCode: '012' }, 'INVALID_FORMAT'],
    [{ ...plain.cells, creditLimit: '1.234' }, 'INVALID_FORMAT'],
    [{ assignedAgent: 'Nobody' }, 'REQUIRED'],
  ]);
  return { drawn: { ...plain.drawn, fault }, cells };
}

function drawContactRow(world: OracleWorld): SentContact {
  const { customer, named } = drawNamed(world);
  return drawContact(world, customer, named);
}

const quoted = (cell: string): string => (/[",]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);

function fileOf<C extends string>(
  rows: readonly { readonly cells: Partial<Record<C, string>> }[],
  columns: readonly C[],
): Buffer {
  const lines = rows.map(({ cells }) => columns.map((column) => quoted(cells[column] ?? '')).join(','));
  return Buffer.from([columns.join(','), ...lines].join('\r\n'));
}

const isApplied = ({ outcome }: RowAnswer): boolean => outcome === 'updated' || outcome === 'unchanged';

/** What must be in the payload, as far as it is compared. */
function payloadFor(rows: readonly RowAnswer[], contacts: readonly RowAnswer[]): unknown {
  const applied = rows.filter(isApplied);
  const failed = (sheet: string, all: readonly RowAnswer[]) =>
    all.filter((row) => !isApplied(row)).map(({ row, outcome }) => [sheet, row, outcome]);
  const failedContacts = failed('Contacts', contacts);
  const cents = applied.reduce((sum, { amount }) => sum + Math.round(Number(amount ?? 0) * 100), 0);
  return {
    counts: [rows.length, applied.length, rows.length - applied.length, failedContacts.length],
    warned: rows.filter(({ outcome }) => outcome === 'unchanged').length,
    amount: cents / 100,
    applied: applied.map(({ row, record, outcome }) => [row, record, outcome]),
    failed: [...failed('Customers', rows), ...failedContacts],
  };
}

interface Payload {
  readonly total_count: number;
  readonly success_count: number;
  readonly failure_count: number;
  readonly failure_count_second_file: number;
  readonly warn_count: number;
  readonly total_amount: number;
  readonly successRequests: readonly { row: number; customerId: string; action: string }[];
  readonly failureRequests: readonly { row: number; sheet: string; errors: { code: string }[] }[];
}

function payloadOf({ ids }: OracleWorld, payload: Payload): unknown {
  return {
    counts: [payload.total_count, payload.success_count, payload.failure_count, payload.failure_count_second_file],
    warned: payload.warn_count,
    amount: payload.total_amount,
    applied: payload.successRequests.map(({ row, customerId, action }) => [row, ids.customerOf(customerId), action]),
    failed: payload.failureRequests.map(({ row, sheet, errors }) => [sheet, row, errors[0]?.code]),
  };
}

/** File of changes of customers. */
export function drawFileCall(world: OracleWorld, call: number): OracleCall {
  const { dice, book } = world;
  const rows = dice.list(() => drawRow(world));
  const common = { what: 'file', method: 'POST' } as const;
  if (dice.chance(REFUSED_SHARE)) {
    return refusedCall({ ...common, path: PATH, body: new FileParts(fileOf(rows, [...COLUMNS, 'pinCode'])) }, 422);
  }
  const choices = drawChoices(dice, 'first');
  const contacts = dice.chance(CONTACTS_SHARE) ? dice.list(() => drawContactRow(world)) : [];
  const [drawnRows, drawnContacts] = [rows.map(({ drawn }) => drawn), contacts.map(({ drawn }) => drawn)];
  const tables = [
    { count: rows.length, begin: (to: number) => book.change(to, drawnRows, choices.rule) },
    { count: contacts.length, begin: (to: number) => book.changeContacts(to, drawnContacts) },
  ];
  const { answers, isRefused } = perform(world, book.table.rehearse, choices, call, tables, (row): RowAnswer => {
    return { ...row, verdict: 'failed', outcome: 'NOT_APPLIED' };
  });
  const body = new FileParts(fileOf(rows, COLUMNS), contacts.length === 0 ? null : fileOf(contacts, CONTACT_COLUMNS));
  const expected = payloadFor(answers[0] ?? [], answers[1] ?? []);
  return {
    ...{ ...common, path: `${PATH}${choices.query}`, body, makesJob: true, isRefused },
    check: (status, answer) => {
      const { payload } = answer as { payload?: Payload };
      if (status !== 200 || payload === undefined) return difference(200, [status, answer]);
      return difference(expected, payloadOf(world, payload));
    },
  };
}
