import type { ChangeContext } from '../../platform/history/history-entry.entity';
import type { Change } from '../../platform/history/history-place';
import type { CodedIssue } from '../../platform/validation/coded-issue';
import type { CampaignRecord } from '../campaign-record.entity';
import type { CampaignRecordHistory } from './campaign-record-history.entity';
import type { DocumentChange, JsonObject } from './document-merge';

/** A change of a record as its history tells it. */
export type RecordChange = Change<CampaignRecordHistory>;

/** A change of one record. */
export interface RecordUpdate {
  readonly row: number | null;
  readonly recordId: string;
  readonly data: JsonObject;
  /** The change is for exactly this version; undefined for whichever there is. */
  readonly ifVersion: number | undefined;
}

/** A new record. */
export interface RecordAddition {
  readonly row: number | null;
  readonly recordId: string;
  readonly data: JsonObject;
}

/** Which record, and how often it was changed. */
export type RecordVersion = Pick<CampaignRecord, 'id' | 'recordId' | 'version'>;

/** What became of one record. */
export interface RecordOutcome {
  readonly outcome: 'created' | 'updated' | 'unchanged' | 'failed';
  /** As stored afterwards; null when there is none. */
  readonly record: RecordVersion | null;
  readonly issues: readonly CodedIssue[];
  /** It was looked for a second time. */
  readonly isRetried?: boolean;
}

/** Outcome of a record that was refused; nothing of it was stored. */
export function refused(code: string, message: string, record: RecordVersion | null = null): RecordOutcome {
  return { outcome: 'failed', record, issues: [{ field: null, code, message, rejectedValue: null }] };
}

/** History entry of a change. */
export function recordHistoryEntry(
  { companyRef, changedBy, jobId, at }: ChangeContext,
  { id: recordRef, version }: RecordVersion,
  row: number | null,
  changes: DocumentChange[],
): RecordChange {
  // Written out: this runs once per record of every bulk call.
  return { companyRef, version, changedAt: at, changedBy, jobId, rowNo: row, recordRef, changes };
}
