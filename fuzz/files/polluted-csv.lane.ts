import { seededRandom } from '../../chaos/seeded-random';
import { formCall } from '../call';
import type { Lane, LaneOptions } from '../lane.contract';
import type { Cells } from '../tables/table.file';
import { pick, type Random } from './byte-mutation';
import { cleanFile, Pollution, POLLUTIONS } from './csv-pollution';

const HEADER = ['uniqueRefNo', 'legalName', 'address', 'assignedAgent', 'pinCode'];
const PLAIN = [
  'Anna',
  'Zoë 東京',
  'Bob "The Builder" Ltd',
  'Anna, Bert & Co',
  'a; b | c',
  '12" pipe',
  "O'Neill",
  'x'.repeat(90),
];
const TEXTS = [...PLAIN, 'two\nlines'];
const MOST_ROWS = 12;

function drawTable(random: Random, prefix: string, { losesBreaks }: Pollution): Cells {
  const texts = losesBreaks === true ? PLAIN : TEXTS;
  const optional = ['', ...texts];
  const rows = Array.from({ length: 2 + Math.floor(random() * MOST_ROWS) }, (_, row) => [
    `${prefix}-${row}`,
    pick(random, texts),
    pick(random, optional),
    pick(random, optional),
    pick(random, ['', '411001', '560001']),
  ]);
  return [HEADER, ...rows];
}

/**
 * Tables of new customers, each written as it should be and once more polluted (RELIABILITY T74): both must come to the
 * same customers. Where the pollution leaves open what was meant, rows may be refused instead, or the whole file; never
 * may something become something else in silence.
 */
export const fuzzPollutedCsv: Lane = async (options) => {
  const { calls, cases, seed } = options;
  const random = seededRandom(seed, 74);
  for (let files = 0; calls.sent < cases; files++) {
    await tryTwins(options, random, POLLUTIONS[files % POLLUTIONS.length] as Pollution, `FP${seed}.${files}`);
  }
  return { cases: calls.sent, findings: calls.findings };
};

async function tryTwins(options: LaneOptions, random: Random, pollution: Pollution, prefix: string): Promise<void> {
  const [cleanPrefix, pollutedPrefix] = [`${prefix}c`, `${prefix}p`];
  const clean = drawTable(random, cleanPrefix, pollution);
  const polluted = clean.map(([ref = '', ...cells]) => [ref.replace(cleanPrefix, pollutedPrefix), ...cells]);
  await importFile(options, cleanFile(clean));
  const { call, answer, failed } = await importFile(options, pollution.write(polluted, random));
  const expected = await storedRows(options, cleanPrefix);
  const found = await storedRows(options, pollutedPrefix);
  const missing = [...expected].filter(([row]) => !found.has(row));
  const wrong = [...found].filter(([row, cells]) => expected.get(row) !== cells);
  const note = (kind: 'lost' | 'changed', words: string) =>
    options.calls.note(kind, `${pollution.name}: ${words}`, call, answer);
  if (expected.size !== clean.length - 1) note('lost', `${expected.size} of ${clean.length - 1} clean rows are stored`);
  for (const [row, cells] of wrong) note('changed', `${expected.get(row) ?? 'nothing'} became ${cells}`);
  const mayMiss = pollution.mayBeRefused === true ? failed : 0;
  if (missing.length > mayMiss) note('lost', `${missing.length} rows are not stored, ${failed} were refused`);
}

async function importFile({ calls }: LaneOptions, bytes: Buffer) {
  const call = formCall('/api/v0/customer/bulk', [{ name: 'file', fileName: 'customers.csv', bytes }]);
  const answer = await calls.send(call);
  const payload = answer?.status === 200 ? (JSON.parse(answer.body.toString()) as { payload: Counts }).payload : null;
  return { call, answer, failed: payload === null ? Infinity : payload.total_count - payload.success_count };
}

interface Counts {
  readonly total_count: number;
  readonly success_count: number;
}

/** Cells of the customers of one file, by their row. */
async function storedRows({ probe }: LaneOptions, prefix: string): Promise<Map<string, string>> {
  const rows = await probe.rows(
    'SELECT unique_ref_no, legal_name, address, assigned_agent, pin_code FROM customers WHERE unique_ref_no LIKE ?',
    `${prefix}-%`,
  );
  return new Map(rows.map(([ref, ...cells]) => [String(ref).slice(prefix.length), JSON.stringify(cells)]));
}
