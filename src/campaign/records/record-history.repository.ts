import { Injectable } from '@nestjs/common';
import { HistoryRepository } from '../../platform/history/history.repository';
import { CampaignRecordHistory } from './campaign-record-history.entity';
import { CampaignRecordHistoryPage } from './campaign-record-history-page.entity';

/** Reads and writes of the history of campaign records. */
@Injectable()
export class RecordHistoryRepository extends HistoryRepository<CampaignRecordHistory> {
  constructor() {
    super({
      entry: CampaignRecordHistory,
      page: CampaignRecordHistoryPage,
      recordRef: 'recordRef',
      action: 'campaign-record.changed',
    });
  }
}
