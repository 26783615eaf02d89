import type { ChangeContext } from '../../platform/history/history-entry.entity';
import type { JobContext } from './bulk-importer.contract';

/** On whose behalf the rows of a job change records. */
export function changeContextOf(job: JobContext): ChangeContext {
  const { companyRef, createdBy, jobId, at, beforeWriting, afterWriting } = job;
  return { companyRef, changedBy: createdBy, jobId, at, beforeWriting, afterWriting };
}
