import { Injectable } from '@nestjs/common';
import type { ChangeContext } from '../../platform/history/history-entry.entity';
import { Caller } from '../../platform/auth/caller';
import { Transaction } from '../../platform/database/transaction';
import { UnitOfWork } from '../../platform/database/unit-of-work';
import { InvalidRequest } from '../../platform/errors/http.errors';
import { decodeCursor, Page, toPage } from '../../platform/http/cursor';
import type { CampaignRecord } from '../campaign-record.entity';
import { RecordConflict, recordNotFound } from '../campaign.errors';
import { CampaignRepository } from '../campaign.repository';
import { CampaignRecordRepository } from './campaign-record.repository';
import type { JsonObject } from './document-merge';
import { RecordAdditionService } from './record-addition.service';
import type { RecordOutcome, RecordVersion } from './record-change';
import { RecordUpdateService } from './record-update.service';
import { CONFLICT, MISSING } from './record.issues';

/** A change of one record, as it was judged. */
export interface SingleUpdate {
  readonly recordId: string;
  readonly data: JsonObject;
  readonly ifVersion: number | undefined;
}

/** Single records of campaigns of the caller's company. */
@Injectable()
export class CampaignRecordService {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly campaigns: CampaignRepository,
    private readonly records: CampaignRecordRepository,
    private readonly updates: RecordUpdateService,
    private readonly additions: RecordAdditionService,
  ) {}

  /** @throws CampaignNotAccessible, RecordNotFound */
  get({ company }: Caller, campaignId: string, recordId: string): Promise<CampaignRecord> {
    return this.unitOfWork.read(async (transaction) => {
      const owner = await this.ownerOf(transaction, company.ref, campaignId);
      const [record] = await this.records.listByRecordIds(transaction, owner, [recordId], false);
      if (record === undefined) throw recordNotFound();
      return record;
    });
  }

  /** One page of records in the order they were added. @throws CampaignNotAccessible, InvalidRequest for the cursor */
  list(
    { company }: Caller,
    campaignId: string,
    limit: number,
    cursor: string | undefined,
  ): Promise<Page<CampaignRecord> & { total: number }> {
    const after = decodeCursor(cursor) ?? 0;
    return this.unitOfWork.read(async (transaction) => {
      const owner = await this.ownerOf(transaction, company.ref, campaignId);
      const found = await this.records.list(transaction, owner, limit + 1, after);
      const page = toPage(
        found,
        limit,
        ({ id }) => id,
        (record) => record,
      );
      return { ...page, total: await this.records.count(transaction, owner) };
    });
  }

  /** Adds a record. @throws CampaignNotAccessible, RecordConflict when it exists */
  add(caller: Caller, campaignId: string, recordId: string, data: JsonObject): Promise<void> {
    return this.unitOfWork.runAgainstRivals(async (transaction) => {
      const { campaignRef } = await this.ownerOf(transaction, caller.company.ref, campaignId);
      const addition = { row: null, recordId, data };
      const [outcome] = await this.additions.apply(transaction, contextOf(caller), campaignRef, [addition]);
      accepted(outcome);
    });
  }

  /** Merges a change into a record. @throws CampaignNotAccessible, RecordNotFound, RecordConflict */
  update(
    caller: Caller,
    campaignId: string,
    change: SingleUpdate,
  ): Promise<{ record: RecordVersion; isChanged: boolean }> {
    return this.unitOfWork.run(async (transaction) => {
      const { campaignRef } = await this.ownerOf(transaction, caller.company.ref, campaignId);
      const update = { ...change, row: null };
      const [outcome] = await this.updates.apply(transaction, contextOf(caller), campaignRef, [update], true);
      return { record: accepted(outcome), isChanged: outcome?.outcome === 'updated' };
    });
  }

  private async ownerOf(transaction: Transaction, companyRef: number, campaignId: string) {
    const { id: campaignRef } = await this.campaigns.get(transaction, companyRef, campaignId);
    return { companyRef, campaignRef };
  }
}

function contextOf({ company, subject }: Caller): ChangeContext {
  return { companyRef: company.ref, changedBy: subject, jobId: null, at: new Date() };
}

/** The record of a single outcome. @throws the error of one that was refused */
function accepted(outcome: RecordOutcome | undefined): RecordVersion {
  const [issue] = outcome?.issues ?? [];
  if (issue?.code === MISSING) throw recordNotFound();
  if (issue?.code === CONFLICT) throw new RecordConflict(issue.message);
  if (issue !== undefined) throw new InvalidRequest(issue.message);
  if (!outcome?.record) throw new Error('a record was written without a result');
  return outcome.record;
}
