import type { MigrationInterface, QueryRunner } from 'typeorm';
import { createHistoryPages, dropHistoryPages } from '../../platform/history/migrations/history-pages.tables';

const TABLES = {
  records: 'customers',
  entries: 'customer_history',
  pages: 'customer_history_pages',
  recordRef: 'customer_ref',
  changes: 'customer_changes',
} as const;

/** Pages with what chunks of jobs changed of customers. */
export class CustomerHistoryPages1760000023000 implements MigrationInterface {
  up(runner: QueryRunner): Promise<void> {
    return createHistoryPages(runner, TABLES);
  }

  down(runner: QueryRunner): Promise<void> {
    return dropHistoryPages(runner, TABLES);
  }
}
