import type { ChangeContext } from '../../platform/history/history-entry.entity';
import type {
  ImportCells,
  JobContext,
  ReadyRow,
  RowResult,
  TableImporter,
} from '../../bulk/engine/bulk-importer.contract';
import { changeContextOf } from '../../bulk/engine/change-context';
import type { RecordKey } from '../../bulk/engine/claims';
import { applyClaimed } from '../../bulk/engine/outvoted';
import type { Transaction } from '../../platform/database/transaction';
import { CampaignNotAccessible } from '../campaign.errors';
import type { CampaignRepository } from '../campaign.repository';
import { RecordOutcome, refused } from './record-change';
import { parseRow, RECORD_COLUMNS } from './record.rows';

/** Applies the records of one campaign; the calls differ in this. */
export type ApplyRecords = (
  transaction: Transaction,
  context: ChangeContext,
  campaignRef: number,
  rows: readonly ReadyRow<ImportCells>[],
  attempt: number,
) => Promise<RecordOutcome[]>;

/** The records of a bulk call of the campaign API. */
export class RecordsTable implements TableImporter<ImportCells> {
  readonly name = 'Records';
  readonly columns = RECORD_COLUMNS;
  readonly oneOf = [];
  readonly parse = parseRow;

  constructor(
    private readonly campaigns: CampaignRepository,
    private readonly applyRecords: ApplyRecords,
  ) {}

  identify(
    _transaction: Transaction,
    _companyRef: number,
    rows: readonly ReadyRow<ImportCells>[],
  ): Promise<(RecordKey | null)[]> {
    return Promise.resolve(rows.map(({ value }) => keyOf(value)));
  }

  /** All rows of a call are of one campaign; when it was deleted meanwhile, they fail. */
  async apply(transaction: Transaction, job: JobContext, rows: readonly ReadyRow<ImportCells>[]): Promise<RowResult[]> {
    const context = changeContextOf(job);
    const campaignId = rows[0]?.value['campaignId'] ?? '';
    try {
      const { id } = await this.campaigns.get(transaction, job.companyRef, campaignId);
      return await applyClaimed(job, rows, keyOf, async (kept) =>
        (await this.applyRecords(transaction, context, id, kept, job.attempt)).map(toRowResult),
      );
    } catch (error) {
      if (!(error instanceof CampaignNotAccessible)) throw error;
      return rows.map(() => toRowResult(refused('CAMPAIGN_GONE', 'The campaign was deleted')));
    }
  }
}

function keyOf(cells: ImportCells): string | null {
  return cells['id'] ?? null;
}

function toRowResult({ outcome, record, issues, isRetried }: RecordOutcome): RowResult {
  const recordId = record?.recordId ?? null;
  return { verdict: outcome, recordId, issues, warnings: [], amount: null, isRetried };
}
