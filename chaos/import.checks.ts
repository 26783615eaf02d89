import { CustomerFile, REF_PREFIX, refOf } from './customer-file';
import type { CustomerModel } from './customer-model';
import { DatabaseProbe, numberOf } from './database-probe';
import type { Findings } from './findings';
import { read } from './service-client';
import type { ServiceProcess } from './service-process';
import type { StoredJob } from './stored-jobs';

const FIRST_LINE = 2;

/** The counts of every table of a job add up, and are those the file must come to. */
export function checkCounters({ jobId, state, tallies }: StoredJob, file: CustomerFile, findings: Findings): void {
  findings.expect(state === 'completed', `${jobId} ended ${state}`);
  for (const { table, received, created, updated, unchanged, failed, skipped } of tallies) {
    const sum = created + updated + unchanged + failed + skipped;
    findings.expect(sum === received, `${jobId}: ${table} received ${received} rows, ${sum} stand in a count`);
  }
  const { rows, verdict } = file;
  const good = rows.filter(({ code }) => code === null).length;
  const [main] = tallies;
  findings.expect(
    main?.received === rows.length && main[verdict] === good && main.failed === rows.length - good,
    `${jobId} counts ${JSON.stringify(main)} instead of ${good} ${verdict} and ${rows.length - good} failed`,
  );
}

/** Every row stands in exactly one outcome, and it is the one it must be. */
export async function checkOutcomes(
  probe: DatabaseProbe,
  job: StoredJob,
  file: CustomerFile,
  findings: Findings,
): Promise<void> {
  const chunks = await probe.rows('SELECT outcomes FROM bulk_outcomes WHERE job_ref = ?', job.id);
  const found = chunks.flatMap(
    ([text]) => JSON.parse(String(text)) as { row: number; verdict: string; issues: Code[] }[],
  );
  compareRows(
    found.map(({ row, verdict, issues }) => [row, verdict === file.verdict ? null : (issues[0]?.code ?? verdict)]),
    file,
    `outcomes of ${job.jobId}`,
    findings,
  );
}

interface Code {
  readonly code: string;
}

/** Every row stands in exactly one of the two result files, whole and with its own cells. */
export async function checkResultFiles(
  service: ServiceProcess,
  { jobId }: StoredJob,
  file: CustomerFile,
  findings: Findings,
): Promise<void> {
  const found: [number, string | null][] = [];
  const wrong: string[] = [];
  for (const kind of ['success', 'failure'] as const) {
    const text = await read(service, `/api/v0/bulk/jobs/${jobId}/results/${kind}.csv`);
    findings.expect(text.endsWith('\r\n'), `${kind}.csv of ${jobId} breaks off`);
    const [header = '', ...lines] = text.trimEnd().split('\r\n');
    findings.expect(header.replace('\uFEFF', '').startsWith(`${file.header},_row,`), `${kind}.csv has other columns`);
    const columns = file.header.split(',').length;
    for (const line of lines) {
      const cells = line.split(',', columns + 3);
      const row = Number(cells[columns]);
      if (cells.slice(0, columns).join(',') !== file.cellsOf(row)) wrong.push(line);
      found.push([row, kind === 'success' ? null : (cells[columns + 2] ?? '')]);
    }
  }
  findings.countRows('wrong', wrong, `rows of the result files of ${jobId} are not as they were sent`);
  compareRows(found, file, `result files of ${jobId}`, findings);
}

function compareRows(
  found: readonly (readonly [row: number, code: string | null])[],
  { rows }: CustomerFile,
  where: string,
  findings: Findings,
): void {
  const times = new Map<number, number>();
  for (const [row] of found) times.set(row, (times.get(row) ?? 0) + 1);
  const foreign = found.filter(([row]) => !(row >= FIRST_LINE && row < rows.length + FIRST_LINE));
  const missing = rows.filter(({ row }) => !times.has(row));
  const repeated = [...times].filter(([, count]) => count > 1);
  const wrong = found.filter(([row, code]) => rows[row - FIRST_LINE]?.code !== code);
  findings.countRows('wrong', foreign.map(String), `rows stand in the ${where} that are in no file`);
  findings.countRows(
    'lost',
    missing.map(({ row }) => `row ${row}`),
    `rows are missing in the ${where}`,
  );
  findings.countRows(
    'twice',
    repeated.map(([row]) => `row ${row}`),
    `rows stand more than once in the ${where}`,
  );
  findings.countRows('wrong', wrong.map(String), `rows have a wrong result in the ${where}`);
}

/** One history entry for each row that was applied, for the customer the row names, and none for any other. */
export async function checkHistory(
  probe: DatabaseProbe,
  { jobId }: StoredJob,
  { rows }: CustomerFile,
  findings: Findings,
): Promise<void> {
  const entries = await probe.rows(
    `SELECT h.row_no, c.unique_ref_no FROM customer_changes h JOIN customers c ON c.id = h.customer_ref
     WHERE h.job_id = ?`,
    jobId,
  );
  const times = new Map<number, number>();
  const wrong: string[] = [];
  for (const [rowNo, ref] of entries) {
    const row = Number(rowNo);
    times.set(row, (times.get(row) ?? 0) + 1);
    const customer = rows[row - FIRST_LINE]?.customer ?? null;
    if (customer === null || ref !== refOf(customer)) wrong.push(`row ${row} for ${ref ?? 'nobody'}`);
  }
  const missing = rows.filter(({ row, customer }) => customer !== null && !times.has(row));
  const repeated = [...times].filter(([, count]) => count > 1);
  findings.countRows(
    'lost',
    missing.map(({ row }) => `row ${row}`),
    `rows of ${jobId} have no history entry`,
  );
  findings.countRows(
    'twice',
    repeated.map(([row]) => `row ${row}`),
    `rows of ${jobId} have several history entries`,
  );
  findings.countRows('wrong', wrong, `history entries of ${jobId} belong to no row that was to be applied`);
}

/** The customers hold what the files say and nothing else: values, versions, and as many history entries in all. */
export async function checkCustomers(probe: DatabaseProbe, model: CustomerModel, findings: Findings): Promise<void> {
  const stored = await probe.rows(
    `SELECT unique_ref_no, version, assigned_agent, credit_limit FROM customers
     WHERE unique_ref_no LIKE '${REF_PREFIX}%' ORDER BY unique_ref_no`,
  );
  findings.expect(stored.length === model.customers, `${stored.length} customers are stored, not ${model.customers}`);
  const [behind, ahead, other]: [string[], string[], string[]] = [[], [], []];
  stored.forEach(([ref, version, agent, limit], customer) => {
    const expected = model.expected(customer);
    const found = `${ref ?? ''} version ${version ?? ''} ${agent ?? ''} ${limit ?? ''}`;
    if (Number(version) < expected.version) behind.push(found);
    else if (Number(version) > expected.version) ahead.push(found);
    else if (agent !== expected.agent || limit !== expected.limit || ref !== refOf(customer)) other.push(found);
  });
  findings.countRows('lost', behind, 'customers were changed less often than the files say');
  findings.countRows('twice', ahead, 'customers were changed more often than the files say');
  findings.countRows('wrong', other, 'customers hold other values than the files say');
  const entries = await numberOf(
    probe,
    `SELECT COUNT(*) FROM customer_changes h JOIN customers c ON c.id = h.customer_ref
     WHERE c.unique_ref_no LIKE '${REF_PREFIX}%'`,
  );
  findings.expect(
    entries === model.historyEntries,
    `the history has ${entries} entries instead of ${model.historyEntries}`,
  );
}
