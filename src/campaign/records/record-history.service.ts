import { Injectable } from '@nestjs/common';
import type { Caller } from '../../platform/auth/caller';
import { UnitOfWork } from '../../platform/database/unit-of-work';
import { decodeCursor, type Page, toPage } from '../../platform/http/cursor';
import { CampaignRecordService } from './campaign-record.service';
import type { RecordChange } from './record-change';
import { RecordHistoryRepository } from './record-history.repository';

/** What happened to records of campaigns of the caller's company. */
@Injectable()
export class RecordHistoryService {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly records: CampaignRecordService,
    private readonly history: RecordHistoryRepository,
  ) {}

  /** Changes of a record, newest first. @throws CampaignNotAccessible, RecordNotFound, InvalidRequest for the cursor */
  async list(
    caller: Caller,
    campaignId: string,
    recordId: string,
    limit: number,
    cursor: string | undefined,
  ): Promise<Page<RecordChange>> {
    const before = decodeCursor(cursor) ?? Infinity;
    const record = await this.records.get(caller, campaignId, recordId);
    const changes = await this.unitOfWork.read((transaction) =>
      this.history.list(transaction, record, { limit: limit + 1, before }),
    );
    return toPage(
      changes,
      limit,
      ({ version }) => version,
      (change) => change,
    );
  }
}
