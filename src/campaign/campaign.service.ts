import { Injectable } from '@nestjs/common';
import type { AuditEvent } from '../platform/audit/audit-event';
import { AuditTrail } from '../platform/audit/audit-trail';
import { Transaction } from '../platform/database/transaction';
import { UnitOfWork } from '../platform/database/unit-of-work';
import { Conflict, InvalidRequest } from '../platform/errors/http.errors';
import { checkExpectedCount } from '../platform/validation/expected-count';
import { Campaign } from './campaign.entity';
import { CampaignRepository, CampaignSearch } from './campaign.repository';
import { CampaignRecordRepository } from './records/campaign-record.repository';
import type { JsonObject } from './records/document-merge';
import { RecordAdditionService } from './records/record-addition.service';
import { identifierOf } from './records/record.rules';

/** What callers say about a campaign. */
export type CampaignFields = Omit<
  Campaign,
  'id' | 'companyRef' | 'campaignId' | 'createdAt' | 'updatedAt' | 'deletedAt'
>;

/** A campaign as it is given, with its first records by their id. */
export interface NewCampaign {
  readonly campaignId: string;
  readonly fields: CampaignFields;
  readonly records: ReadonlyMap<string, JsonObject>;
}

/** Campaigns of a company. */
@Injectable()
export class CampaignService {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly campaigns: CampaignRepository,
    private readonly records: CampaignRecordRepository,
    private readonly additions: RecordAdditionService,
    private readonly trail: AuditTrail,
  ) {}

  /** Stores a campaign and its first records, all or nothing. @throws InvalidRequest */
  create(companyRef: number, changedBy: string, { campaignId, fields, records }: NewCampaign): Promise<Campaign> {
    checkPeriod(fields);
    const at = new Date();
    return this.unitOfWork.run(async (transaction) => {
      const row = { ...fields, campaignId, companyRef, createdAt: at, updatedAt: at, deletedAt: null };
      const id = await this.campaigns.insert(transaction, row);
      const context = { companyRef, changedBy, jobId: null, at };
      const additions = [...records].map(([recordId, data]) => ({ row: null, recordId, data }));
      await this.additions.apply(transaction, context, id, additions);
      await this.trail.record(
        transaction,
        noted('created', { companyRef, campaignId }, changedBy, Object.keys(fields)),
      );
      return { id, ...row };
    });
  }

  /** @throws CampaignNotAccessible */
  get(companyRef: number, campaignId: string): Promise<Campaign> {
    return this.unitOfWork.read((transaction) => this.campaigns.get(transaction, companyRef, campaignId));
  }

  /** One page of campaigns, newest first, and how many there are in all. */
  list(companyRef: number, search: CampaignSearch): Promise<[Campaign[], number]> {
    return this.unitOfWork.read((transaction) => this.campaigns.list(transaction, companyRef, search));
  }

  /** Changes a campaign and tells which fields differ now. @throws CampaignNotAccessible, InvalidRequest, Conflict */
  update(
    companyRef: number,
    changedBy: string,
    campaignId: string,
    changes: Partial<CampaignFields>,
  ): Promise<{ campaign: Campaign; updatedFields: string[] }> {
    return this.unitOfWork.run(async (transaction) => {
      const campaign = await this.campaigns.getLocked(transaction, companyRef, campaignId);
      const given: [string, unknown][] = Object.entries(changes);
      const differing = given.filter(
        ([name, value]) => value !== undefined && !isSame(campaign[name as keyof CampaignFields], value),
      );
      if (differing.length === 0) return { campaign, updatedFields: [] };
      const changed: Campaign = { ...campaign, ...Object.fromEntries(differing), updatedAt: new Date() };
      checkPeriod(changed);
      await this.checkType(transaction, campaign, changed);
      const { id: _id, ...columns } = changed;
      await this.campaigns.update(transaction, campaign, columns);
      const updatedFields = differing.map(([name]) => name);
      await this.trail.record(transaction, noted('changed', campaign, changedBy, updatedFields));
      return { campaign: changed, updatedFields };
    });
  }

  /** Deletes a campaign with its records softly: no route shows them again. @throws CampaignNotAccessible, CountDiffers */
  delete(companyRef: number, changedBy: string, campaignId: string, expectedRecords?: number): Promise<void> {
    return this.unitOfWork.run(async (transaction) => {
      const campaign = await this.campaigns.getLocked(transaction, companyRef, campaignId);
      if (expectedRecords !== undefined) {
        const count = await this.records.count(transaction, { companyRef, campaignRef: campaign.id });
        checkExpectedCount('expectedRecords', expectedRecords, count);
      }
      await this.campaigns.update(transaction, campaign, { deletedAt: new Date() });
      await this.trail.record(transaction, noted('deleted', campaign, changedBy, []));
    });
  }

  private async checkType(transaction: Transaction, before: Campaign, after: Campaign): Promise<void> {
    const [was, is] = [identifierOf(before.campaignType), identifierOf(after.campaignType)];
    if (was === is) return;
    const owner = { companyRef: before.companyRef, campaignRef: before.id };
    if ((await this.records.count(transaction, owner)) > 0) {
      throw new Conflict(
        `The campaign has records that are known by ${was}; a type whose records are known by ${is} needs a new campaign.`,
      );
    }
  }
}

/** What the audit trail is told of a campaign; its records have entries of their own. */
function noted(
  what: 'created' | 'changed' | 'deleted',
  { companyRef, campaignId }: Pick<Campaign, 'companyRef' | 'campaignId'>,
  actor: string,
  fieldNames: readonly string[],
): AuditEvent {
  return { actor, action: `campaign.${what}`, companyRef, subject: campaignId, fieldNames };
}

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function checkPeriod({ startDate, endDate }: Pick<Campaign, 'startDate' | 'endDate'>): void {
  if (endDate >= startDate) return;
  const message = 'endDate must not be before startDate';
  throw new InvalidRequest(message, {
    issues: [{ object: 'campaign', field: 'endDate', rejectedValue: endDate, message }],
  });
}
