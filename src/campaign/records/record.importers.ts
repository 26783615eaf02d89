import { Injectable } from '@nestjs/common';
import type { BulkImporter } from '../../bulk/engine/bulk-importer.contract';
import { BulkImporterProvider } from '../../bulk/engine/importer.registry';
import { CampaignRepository } from '../campaign.repository';
import type { JsonObject } from './document-merge';
import { RecordAdditionService } from './record-addition.service';
import { RecordLedger } from './record.ledger';
import type { BulkRecord } from './record.dto';
import { recordOf } from './record.rows';
import { RecordUpdateService } from './record-update.service';
import { RecordsTable } from './records.table';

export const CAMPAIGN_RECORD_UPDATE = 'campaignRecord.update';
export const CAMPAIGN_RECORD_ADD = 'campaignRecord.add';

/** Takes changes of campaign records. */
@Injectable()
@BulkImporterProvider({ target: CAMPAIGN_RECORD_UPDATE, scope: 'campaigns:write' })
export class CampaignRecordUpdateImporter implements BulkImporter {
  readonly tables: BulkImporter['tables'];

  constructor(
    campaigns: CampaignRepository,
    updates: RecordUpdateService,
    readonly ledger: RecordLedger,
  ) {
    this.tables = [
      new RecordsTable(campaigns, (transaction, context, campaignRef, rows, attempt) => {
        const changes = rows.map(({ row, value }) => {
          const { id, data, ifVersion } = recordOf(value) as BulkRecord;
          return { row, recordId: id, data, ifVersion };
        });
        // A chunk that lost a race holds its records from the start the next time.
        return updates.apply(transaction, context, campaignRef, changes, attempt > 1);
      }),
    ];
  }
}

/** Takes new campaign records. */
@Injectable()
@BulkImporterProvider({ target: CAMPAIGN_RECORD_ADD, scope: 'campaigns:write' })
export class CampaignRecordAddImporter implements BulkImporter {
  readonly tables: BulkImporter['tables'];

  constructor(
    campaigns: CampaignRepository,
    additions: RecordAdditionService,
    readonly ledger: RecordLedger,
  ) {
    this.tables = [
      new RecordsTable(campaigns, (transaction, context, campaignRef, rows) => {
        const added = rows.map(({ row, value }) => ({
          row,
          recordId: value['id'] ?? '',
          data: recordOf(value) as JsonObject,
        }));
        return additions.apply(transaction, context, campaignRef, added);
      }),
    ];
  }
}
