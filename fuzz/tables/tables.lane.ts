import fc from 'fast-check';
import { readTables } from '../../test/support/bulk';
import { Answer, Call, formCall } from '../call';
import type { Lane, LaneOptions } from '../lane.contract';
import { withoutGuard } from './cell-meaning';
import { ExpectedRow, TableCase, tableCases } from './table.case';
import { Cells, fileOf } from './table.file';

const DRAWN = 20;
const STORED =
  'SELECT unique_ref_no, legal_name, address, assigned_agent, pin_code FROM customers WHERE unique_ref_no LIKE ?';

/** Tables drawn by chance in CSV, XLSX and NDJSON: every row is stored cell by cell, or fails with the code it must. */
export const fuzzTables: Lane = async (options) => {
  const { calls, cases, seed } = options;
  for (let number = 0; calls.sent < cases;) {
    for (const one of fc.sample(tableCases, { seed: seed + number, numRuns: DRAWN })) {
      if (calls.sent >= cases) break;
      await tryTable(options, one, `FZ-${seed}-${number++}`);
    }
  }
  return { cases: calls.sent, findings: calls.findings };
};

async function tryTable({ calls, probe }: LaneOptions, { style, build }: TableCase, prefix: string): Promise<void> {
  const { cells, rows } = build(prefix);
  const bytes = fileOf(cells, style);
  const call = formCall('/api/v0/customer/bulk', [{ name: 'file', fileName: `fuzz.${style.kind}`, bytes }]);
  const answer = await calls.send(call, rows.length);
  if (answer === null) return;
  if (answer.status !== 200) {
    calls.note('wrong', `a table of ${rows.length} rows was answered ${answer.status}`, call, answer);
    return;
  }
  const { payload } = JSON.parse(answer.body.toString());
  const wrong = answerFaults(payload, rows);
  if (wrong.length > 0) calls.note('wrong', `rows: ${wrong[0] ?? ''} (${wrong.length} such)`, call, answer);
  const stored = new Map((await probe.rows(STORED, `${prefix}-%`)).map(([ref, ...values]) => [ref, values]));
  for (const { ref, code, values } of rows) {
    if (code !== null) continue;
    const expected = [values['legalName'], values['address'], values['assignedAgent'], values['pinCode']];
    const found = stored.get(ref);
    if (JSON.stringify(found) === JSON.stringify(expected)) continue;
    calls.note(
      found === undefined ? 'lost' : 'changed',
      `cells: ${JSON.stringify(expected)} became ${JSON.stringify(found ?? null)}`,
      call,
      answer,
    );
  }
  if (payload.failure_file_url !== null) await checkFailures({ calls }, payload, cells, rows, call);
}

function answerFaults(payload: any, rows: readonly ExpectedRow[]): string[] {
  const good = rows.filter(({ code }) => code === null).length;
  const faults: string[] = [];
  if (payload.total_count !== rows.length || payload.success_count !== good) {
    faults.push(`${payload.success_count} of ${payload.total_count} instead of ${good} of ${rows.length}`);
  }
  const codes = new Map<number, string[]>(
    payload.failureRequests.map(({ row, errors }: any) => [row, errors.map((one: any) => one.code)]),
  );
  for (const { row, code } of rows) {
    const found = codes.get(row) ?? [];
    const isRight = code === null ? found.length === 0 : found.some((one) => one.startsWith(code));
    if (!isRight) faults.push(`row ${row} is ${found.join(', ') || 'applied'}, not ${code ?? 'applied'}`);
  }
  return faults;
}

/** The failure file has the refused rows as they were sent. */
async function checkFailures(
  { calls }: Pick<LaneOptions, 'calls'>,
  payload: any,
  cells: Cells,
  rows: readonly ExpectedRow[],
  call: Call,
): Promise<void> {
  const { pathname, search } = new URL(payload.failure_file_url);
  const file: Answer | null = await calls.send({
    method: 'GET',
    path: pathname + search,
    headers: { Authorization: '' },
  });
  if (file?.status !== 200) return;
  const format = pathname.split('.').at(-1) as 'csv' | 'xlsx' | 'ndjson';
  const [header = [], ...found] = (await readTables(format, file.body))['Customers'] ?? [];
  const read = (cell: string) => (format === 'ndjson' ? cell : withoutGuard(cell));
  const sent = rows.filter(({ code }) => code !== null).map((row) => row.cells.map(read));
  // An object leaves out what is empty, and its members have no order.
  const places = (cells[0] ?? []).map((name) => header.indexOf(name));
  const back = found.map((row) => places.map((place) => row[place] ?? ''));
  if (JSON.stringify(back) === JSON.stringify(sent) && header.includes('_row')) return;
  calls.note(
    'changed',
    `failure file: ${JSON.stringify(sent).slice(0, 200)} became ${JSON.stringify(back).slice(0, 200)}`,
    call,
    file,
  );
}
