import type { MigrationInterface, QueryRunner } from 'typeorm';
import { createHistoryPages, dropHistoryPages } from '../../platform/history/migrations/history-pages.tables';

const TABLES = {
  records: 'campaign_records',
  entries: 'campaign_record_history',
  pages: 'campaign_record_history_pages',
  recordRef: 'record_ref',
  changes: 'campaign_record_changes',
} as const;

/** Pages with what chunks of jobs changed of campaign records. */
export class CampaignRecordHistoryPages1760000024000 implements MigrationInterface {
  up(runner: QueryRunner): Promise<void> {
    return createHistoryPages(runner, TABLES);
  }

  down(runner: QueryRunner): Promise<void> {
    return dropHistoryPages(runner, TABLES);
  }
}
