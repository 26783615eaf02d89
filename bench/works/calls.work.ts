import { numberOf } from '../../chaos/database-probe';
import type { BenchOptions } from '../bench.options';
import { checksumOf, expectSame, storedChecksum } from '../content/checksum';
import { STORED_COLUMNS, storedLines } from '../content/customer-rows';
import { askFigures } from '../figures';
import { call, formOf } from '../http-call';
import type { BenchLane } from '../lane';
import type { Measurement } from '../measurement';
import { loadCustomers, updateOf } from './file-update.work';
import { PATHS } from './file.trials';

const MS = 1_000;
const WARM_UP_CALLS = 100;

type Process = Pick<Measurement, 'peakRssMb' | 'longestBlockMs'>;

/** Seconds of each small call, by kind. */
class SmallCalls {
  readonly get: number[] = [];
  readonly patch: number[] = [];
  private credit = 0;

  constructor(
    private readonly lane: BenchLane,
    private readonly customerId: string,
  ) {}

  /** Reads a customer, then changes it. */
  async once(): Promise<void> {
    const { service } = this.lane;
    const path = `/api/v0/customer/${this.customerId}`;
    this.get.push(await timed(() => call(service, path)));
    const body = JSON.stringify({ creditLimit: `${++this.credit}.00` });
    this.patch.push(await timed(() => call(service, path, { method: 'PATCH', body })));
  }

  /** @throws when the last change is not stored */
  async check(): Promise<void> {
    const sql = 'SELECT credit_limit FROM customers WHERE customer_id = ?';
    expectSame('credit limit', await numberOf(this.lane.probe, sql, this.customerId), this.credit);
  }
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await work();
  return (performance.now() - begun) / MS;
}

/** One small read and one small change, over and over: while nothing else goes on, and while a file is imported. */
export async function measureCalls(lane: BenchLane, options: BenchOptions): Promise<Measurement[]> {
  const rows = options.fileRows;
  const calls = options.quick ? 300 : 1_000;
  await loadCustomers(lane, rows);
  const [found] = await lane.probe.rows('SELECT customer_id FROM customers ORDER BY id LIMIT 1');
  const customerId = String(found?.[0]);
  const warmUp = new SmallCalls(lane, customerId);
  for (let at = 0; at < WARM_UP_CALLS; at++) await warmUp.once();
  await askFigures(lane.figuresFile);
  const idle = new SmallCalls(lane, customerId);
  while (idle.get.length < calls) await idle.once();
  await idle.check();
  const idleFigures = await askFigures(lane.figuresFile);
  const busy = new SmallCalls(lane, customerId);
  while (busy.get.length < calls) await duringImport(lane, busy, rows);
  await busy.check();
  const busyFigures = await askFigures(lane.figuresFile);
  const measurement = (subject: string, seconds: readonly number[], figures: Process): Measurement => {
    const { peakRssMb, longestBlockMs } = figures;
    return { work: 'calls', engine: lane.engine, subject, seconds, rows: 1, peakRssMb, longestBlockMs };
  };
  // The process is the same for both calls: its figures stand beside the first.
  const untold = { peakRssMb: null, longestBlockMs: null };
  return [
    measurement('GET, idle', idle.get, idleFigures),
    measurement('PATCH, idle', idle.patch, untold),
    measurement('GET, during import', busy.get, busyFigures),
    measurement('PATCH, during import', busy.patch, untold),
  ];
}

async function duringImport(lane: BenchLane, calls: SmallCalls, rows: number): Promise<void> {
  const { service, probe } = lane;
  const turn = lane.nextTurn();
  const body = formOf(updateOf(turn, rows), 'customers.csv');
  let isOver = false;
  const ended = call(service, PATHS.update, { method: 'POST', body }).finally(() => (isOver = true));
  // The loop reads what the line above sets; TypeScript takes it for a constant.
  const goesOn = () => !isOver;
  while (goesOn()) await calls.once();
  await ended;
  const stored = await storedChecksum(probe, {
    columns: STORED_COLUMNS,
    table: 'customers',
    where: `unique_ref_no LIKE 'BENCH-%'`,
  });
  expectSame('customers', stored, checksumOf(storedLines('BENCH-', turn, rows)));
}
