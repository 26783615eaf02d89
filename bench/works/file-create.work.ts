import { numberOf } from '../../chaos/database-probe';
import type { BenchOptions } from '../bench.options';
import { checksumOf, expectSame, storedChecksum } from '../content/checksum';
import { csvFile, STORED_COLUMNS, storedLines } from '../content/customer-rows';
import type { BenchLane } from '../lane';
import type { Measurement } from '../measurement';
import { compare, Trial } from '../trial';
import { PATHS, peerTrials, toService } from './file.trials';
import { rawTrial } from './raw.trial';

const prefixOf = (turn: number): string => `NEW-${turn}-`;

function sharedOf({ probe }: BenchLane, rows: number): Pick<Trial<Buffer>, 'prepare' | 'check'> {
  return {
    prepare: (turn) => csvFile(prefixOf(turn), turn, rows, true),
    check: async (turn) => {
      const where = `unique_ref_no LIKE '${prefixOf(turn)}%'`;
      expectSame('number of customers', await numberOf(probe, `SELECT COUNT(*) FROM customers WHERE ${where}`), rows);
      const stored = await storedChecksum(probe, { columns: STORED_COLUMNS, table: 'customers', where });
      expectSame('customers', stored, checksumOf(storedLines(prefixOf(turn), turn, rows)));
    },
  };
}

function serviceTrial(lane: BenchLane, rows: number, repeats: number): Trial<Buffer> {
  const send = toService(lane, PATHS.create, 'customers.csv', rows);
  return { ...sharedOf(lane, rows), subject: 'service', figuresFile: lane.figuresFile, repeats, send };
}

/** Creates customers from a file. */
export async function measureFileCreate(lane: BenchLane, options: BenchOptions): Promise<Measurement[]> {
  const { fileRows: rows, fileRepeats: repeats } = options;
  const shared = sharedOf(lane, rows);
  return compare(lane, 'create', rows, [
    serviceTrial(lane, rows, repeats),
    ...(await peerTrials(lane, 'create', { floor: repeats, textbook: 1 }, shared)),
    ...rawTrial(lane, { rows, repeats, isNew: true, prepare: shared.prepare }),
  ]);
}

/** Creates a great many, once: on a database of their own, as the others were. */
export function measureManyCreated(lane: BenchLane, rows: number): Promise<Measurement[]> {
  return compare(lane, 'create many', rows, [serviceTrial(lane, rows, 1)]);
}
