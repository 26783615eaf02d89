import type { DuplicateRule } from '../jobs/bulk-job.entity';

/** What tells records of one kind apart: an id of the database, or a key of the file. */
export type RecordKey = string | number;

/** Decides which of several rows for one record applies. */
export interface Claims {
  /** Null when the row may have the record; otherwise the row that has it instead. */
  claim(record: RecordKey, row: number): number | null;
}

/** All rows may have the record, one after the other. */
export const EVERY_ROW: Claims = { claim: () => null };

/** The first row that claims the record has it. */
export class FirstRowClaims implements Claims {
  private readonly rows = new Map<RecordKey, number>();

  claim(record: RecordKey, row: number): number | null {
    const holder = this.rows.get(record);
    if (holder === undefined) this.rows.set(record, row);
    // The same row claims again when its chunk is tried again.
    return holder === undefined || holder === row ? null : holder;
  }
}

interface Occurrences {
  readonly first: number;
  readonly last: number;
}

/** The last row has the record, or none of them; all rows must have been noted beforehand. */
export class ForeseenClaims implements Claims {
  private readonly rows = new Map<RecordKey, Occurrences>();

  constructor(private readonly rule: Extract<DuplicateRule, 'last' | 'reject'>) {}

  note(record: RecordKey, row: number): void {
    const known = this.rows.get(record);
    this.rows.set(record, { first: known?.first ?? row, last: row });
  }

  claim(record: RecordKey, row: number): number | null {
    const { first, last } = this.rows.get(record) ?? { first: row, last: row };
    if (first === last) return null;
    if (row !== last) return last;
    return this.rule === 'last' ? null : first;
  }
}
