import { CHUNK_ROWS } from '../../bulk/engine/row-spool';
import type { BulkJob } from '../../bulk/jobs/bulk-job.entity';
import type { RowOutcome } from '../../bulk/jobs/bulk-outcome.entity';
import { NOT_PROCESSED } from '../../bulk/jobs/item-outcomes';
import { ApiInt } from '../../platform/openapi/api-schema';
import { INVALID, publishedError } from './record.issues';

/** A valid record that could not be written. */
export class RecordErrorResponse {
  /** @example 'loan_67890' */
  id: string;
  /**
   * Why not: `document_missing_exception`, `version_conflict_engine_exception`, `document_too_large_exception` or
   * `internal_exception`; where the call asked for it also `duplicate_document_exception`, `not_applied_exception` and
   * `not_processed_exception`.
   * @example 'document_missing_exception'
   */
  error: string;
  /** @example 'Document not found' */
  reason: string;
}

/** A record that breaks a rule; it was not tried. */
export class InvalidRecordResponse {
  /**
   * Place in the request, from 0 on.
   * @example 3
   */
  @ApiInt()
  index: number;
  /** Its id, where it has one. */
  id: string | null;
  /** @example ['data.emi_amount must be a number of zero or more'] */
  errors: string[];
}

/** Figures of a bulk call: total = valid + invalid, valid = successful + failed. */
export class BulkResults {
  /** @example 2 */
  @ApiInt()
  total: number;
  /** @example 2 */
  @ApiInt()
  valid: number;
  /** @example 0 */
  @ApiInt()
  invalid: number;
  /** @example 2 */
  @ApiInt()
  successful: number;
  /** @example 0 */
  @ApiInt()
  failed: number;
  /**
   * Records that were tried again: after a lost race, a deadlock or a lock timeout, or because they were not found.
   * @example 0
   */
  @ApiInt()
  retried: number;
  /**
   * Transactions the records were written in.
   * @example 1
   */
  @ApiInt()
  batchesProcessed: number;
  errors: RecordErrorResponse[];
  /** Only when there are some. */
  invalidRecords?: InvalidRecordResponse[];
}

/** Answer of a bulk call of the campaign API. */
export class CampaignBulkAnswer {
  /** False when a record failed or was invalid. */
  success: boolean;
  /** @example 'Updated 2 of 2 records' */
  message: string;
  results: BulkResults;
}

/** Answer while the job is not done: it goes on, its address is in `Location`. */
export class CampaignAccepted {
  /** @example true */
  success: boolean;
  /** @example 'Accepted' */
  message: string;
  data: { jobId: string };
}

/** Job -> answer while it is not done. */
export function campaignAccepted({ jobId }: Pick<BulkJob, 'jobId'>): CampaignAccepted {
  return { success: true, message: 'Accepted', data: { jobId } };
}

/** What is known of a record before it is tried: its id, where it has one, and the rules it breaks. */
export interface KnownRecord {
  readonly id: string | null;
  readonly faults: readonly string[];
}

/**
 * Outcomes of all records in request order -> answer.
 *
 * @param verb `Updated` or `Added`
 * @param known of each record; one its job did not come to is told by that alone
 */
export function toCampaignAnswer(
  verb: string,
  outcomes: readonly RowOutcome[],
  retried: number,
  known: readonly KnownRecord[],
): CampaignBulkAnswer {
  const errors: RecordErrorResponse[] = [];
  const invalidRecords: InvalidRecordResponse[] = [];
  const batches = new Set<number>();
  for (const { row, verdict, recordId, issues } of outcomes) {
    const [first] = issues;
    const { id = null, faults = [] } = known[row - 1] ?? {};
    const isUntried = first?.code === NOT_PROCESSED;
    if (verdict === 'failed' && first?.code === INVALID) {
      invalidRecords.push({ index: row - 1, id: recordId, errors: issues.map(({ message }) => message) });
      continue;
    }
    if (isUntried && faults.length > 0) {
      invalidRecords.push({ index: row - 1, id, errors: [...faults] });
      continue;
    }
    if (!isUntried) batches.add(Math.floor((row - 1) / CHUNK_ROWS));
    if (verdict !== 'failed' || first === undefined) continue;
    errors.push({ id: recordId ?? id ?? '', error: publishedError(first), reason: first.message });
  }
  const total = outcomes.length;
  const valid = total - invalidRecords.length;
  const successful = valid - errors.length;
  return {
    success: successful === total,
    message: `${verb} ${successful} of ${total} records`,
    results: {
      total,
      valid,
      invalid: invalidRecords.length,
      successful,
      failed: errors.length,
      retried,
      batchesProcessed: batches.size,
      errors,
      ...(invalidRecords.length > 0 && { invalidRecords }),
    },
  };
}
