import type { HistoryEntry } from './history-entry.entity';

/** How far a history was read: the last entry with a row of its own, and the last page. */
export interface HistoryPlace {
  readonly entry: number;
  readonly page: number;
}

/** In front of everything. */
export const HISTORY_START: HistoryPlace = { entry: 0, page: 0 };

/** A change of a record, wherever it stands. */
export type Change<E extends HistoryEntry> = Omit<E, 'id'>;

/** A change of a job, where in its history it stands, and in which page; null for one with a row of its own. */
export interface PlacedChange<E extends HistoryEntry> {
  readonly change: Change<E>;
  readonly place: HistoryPlace;
  readonly pageId: number | null;
}
