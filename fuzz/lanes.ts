import type { Lane } from './lane.contract';
import { fuzzRoutes } from './routes/routes.lane';

/** A lane, and its share of the requests of an engine. */
interface LaneEntry {
  readonly lane: Lane;
  readonly share: number;
}

/** The lanes, in the order they are driven. */
export const LANES = {
  routes: { lane: fuzzRoutes, share: 0.6 },
} as const satisfies Record<string, LaneEntry>;

export type LaneName = keyof typeof LANES;
export const LANE_NAMES = Object.keys(LANES) as LaneName[];
