import type { ChangeContext } from '../../platform/history/history-entry.entity';
import type { JobContext } from './bulk-importer.contract';

/** On whose behalf the rows of a job change records. */
export function changeContextOf({ companyRef, createdBy, jobId, at, beforeWriting }: JobContext): ChangeContext {
  return { companyRef, changedBy: createdBy, jobId, at, beforeWriting };
}
