import fc from 'fast-check';
import { Call, formCall } from '../call';
import type { Lane, LaneOptions } from '../lane.contract';
import { withoutGuard } from '../tables/cell-meaning';
import type { Cells } from '../tables/table.file';
import { PythonCsv, PythonDialect } from './python-csv';

const DRAWN = 20;

interface Drawn {
  readonly texts: Cells;
  readonly dialect: PythonDialect;
}

const texts = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 20 }),
  fc.string({
    unit: fc.constantFrom('"', ',', ';', '\t', '|', '\r', '\n', ' ', 'a', '0', "'", '=', '\\'),
    maxLength: 12,
  }),
);
const drawn: fc.Arbitrary<Drawn> = fc.integer({ min: 1, max: 5 }).chain((width) =>
  fc.record({
    texts: fc.array(fc.array(texts, { minLength: width, maxLength: width }), { minLength: 1, maxLength: 8 }),
    dialect: fc.record({
      delimiter: fc.constantFrom(',', ';', '\t', '|'),
      lineEnd: fc.constantFrom('\r\n', '\n'),
      quoting: fc.constantFrom(0, 1, 2),
    }),
  }),
);

/**
 * Tables written by Python's csv module, for customers that do not exist, so that every row comes back in the failure
 * file: what Python reads there is what it wrote. No case where there is no python3.
 */
export const fuzzPythonCsv: Lane = async (options) => {
  const { calls, cases, seed } = options;
  const python = PythonCsv.start();
  if (python === null) {
    console.warn('There is no python3: its csv module is not compared with.');
    return { cases: 0, findings: [] };
  }
  let tables = 0;
  while (tables < cases) {
    for (const one of fc.sample(drawn, { seed: seed + tables, numRuns: DRAWN })) {
      if (tables < cases) await compare(options, python, one, `PY-${seed}-${tables++}`);
    }
  }
  await python.close();
  return { cases: calls.sent, findings: calls.findings };
};

async function compare(
  { calls }: LaneOptions,
  python: PythonCsv,
  { texts, dialect }: Drawn,
  prefix: string,
): Promise<void> {
  const width = texts[0]?.length ?? 0;
  const header = ['uniqueRefNo', ...Array.from({ length: width }, (_, at) => `c${at}`)];
  const rows = texts.map((row, at) => [
    `${prefix}-${at}`,
    ...row.map((text) => text.toWellFormed().replaceAll('\0', '')),
  ]);
  // Python leaves a carriage return bare where lines end otherwise, and cannot read that itself.
  const isBare = dialect.lineEnd === '\n' && rows.flat().some((text) => text.includes('\r'));
  const bytes = await python.write([header, ...rows], isBare ? { ...dialect, quoting: 1 } : dialect);
  const call: Call = formCall('/api/v0/customer/bulk/update', [{ name: 'file', fileName: 'python.csv', bytes }]);
  const answer = await calls.send(call, rows.length);
  if (answer === null) return;
  if (answer.status !== 200) {
    calls.note('wrong', `a table of ${rows.length} rows was answered ${answer.status}`, call, answer);
    return;
  }
  const { payload } = JSON.parse(answer.body.toString());
  const { pathname, search } = new URL(payload.failure_file_url);
  const file = await calls.send({ method: 'GET', path: pathname + search, headers: { Authorization: '' } });
  if (file?.status !== 200) return;
  const back = (await python.read(file.body)).slice(1).map((row) => row.slice(0, width + 1));
  // What looks like a cell the service neutralised is taken for what it stands for, and so is what it neutralised.
  const unguarded = (cells: Cells) => JSON.stringify(cells.map((row) => row.map(withoutGuard)));
  const [sent, found] = [unguarded(rows), unguarded(back)];
  if (sent !== found) calls.note('changed', `${sent} became ${found}`, call, file);
}
