import type { BenchOptions } from '../bench.options';
import { checksumOf, expectSame, storedChecksum } from '../content/checksum';
import { csvFile, STORED_COLUMNS, storedLines, xlsxFile } from '../content/customer-rows';
import { call, formOf } from '../http-call';
import type { BenchLane } from '../lane';
import type { Measurement } from '../measurement';
import { compare, Trial } from '../trial';
import { PATHS, peerTrials, toService } from './file.trials';
import { rawTrial } from './raw.trial';

const PREFIX = 'BENCH-';

/** Loads the customers that are updated afterwards. */
export async function loadCustomers({ service }: BenchLane, rows: number): Promise<void> {
  await call(service, PATHS.create, { method: 'POST', body: formOf(csvFile(PREFIX, 0, rows, true), 'new.csv') });
}

/** A file that changes each of those customers. */
export const updateOf = (turn: number, rows: number): Buffer => csvFile(PREFIX, turn, rows, false);

/** Updates each of many customers from a file: as CSV, as a workbook, and as a dry run. */
export async function measureFileUpdate(lane: BenchLane, options: BenchOptions): Promise<Measurement[]> {
  const { probe, figuresFile } = lane;
  const { fileRows: rows, fileRepeats: repeats } = options;
  await loadCustomers(lane, rows);
  let storedTurn = 0;
  const expectTurn = async (turn: number) => {
    const where = `unique_ref_no LIKE '${PREFIX}%'`;
    const stored = await storedChecksum(probe, { columns: STORED_COLUMNS, table: 'customers', where });
    expectSame('customers', stored, checksumOf(storedLines(PREFIX, turn, rows)));
    storedTurn = turn;
  };
  await expectTurn(0);
  const csv: Pick<Trial<Buffer>, 'prepare' | 'check'> = {
    prepare: (turn) => updateOf(turn, rows),
    check: expectTurn,
  };
  const trials: Trial<Buffer>[] = [
    {
      ...csv,
      ...{ subject: 'service', figuresFile, repeats },
      send: toService(lane, PATHS.update, 'customers.csv', rows),
    },
    {
      ...{ subject: 'service, XLSX', figuresFile, repeats },
      prepare: (turn) => xlsxFile(PREFIX, turn, rows, false),
      send: toService(lane, PATHS.update, 'customers.xlsx', rows),
      check: expectTurn,
    },
    {
      ...csv,
      ...{ subject: 'service, dry run', figuresFile, repeats },
      send: toService(lane, `${PATHS.update}?dryRun=true`, 'customers.csv', rows),
      check: () => expectTurn(storedTurn),
    },
    // One by one is slow enough to be sure of after one time.
    ...(await peerTrials(lane, 'update', { floor: repeats, textbook: 1 }, csv)),
    ...rawTrial(lane, { rows, repeats, isNew: false, prepare: csv.prepare }),
  ];
  return compare(lane, 'update', rows, trials);
}
