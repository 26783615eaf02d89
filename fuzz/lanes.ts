import { fuzzCsvBytes } from './files/csv-bytes.lane';
import { fuzzPollutedCsv } from './files/polluted-csv.lane';
import { fuzzPythonCsv } from './files/python-csv.lane';
import { fuzzWorkbookBytes } from './files/workbook-bytes.lane';
import type { Lane } from './lane.contract';
import { fuzzRoutes } from './routes/routes.lane';
import { fuzzTables } from './tables/tables.lane';
import { fuzzTexts } from './texts/texts.lane';

/** A lane, and its share of the requests of an engine. */
interface LaneEntry {
  readonly lane: Lane;
  readonly share: number;
}

/** The lanes of one service, in the order they are driven: the last also deletes what others work on. */
export const LANES = {
  texts: { lane: fuzzTexts, share: 0.25 },
  tables: { lane: fuzzTables, share: 0.05 },
  'csv-bytes': { lane: fuzzCsvBytes, share: 0.05 },
  'workbook-bytes': { lane: fuzzWorkbookBytes, share: 0.05 },
  'python-csv': { lane: fuzzPythonCsv, share: 0.01 },
  'polluted-csv': { lane: fuzzPollutedCsv, share: 0.02 },
  routes: { lane: fuzzRoutes, share: 0.53 },
} as const satisfies Record<string, LaneEntry>;

export type LaneName = keyof typeof LANES;
export const LANE_NAMES = Object.keys(LANES) as LaneName[];

/** The lane that sends the same calls to a service on each engine, and its share of all requests. */
export const TWINS = { name: 'twins', share: 0.1 } as const;
