import { Injectable } from '@nestjs/common';
import { insertMany, selectMany } from '../platform/database/set-based';
import { Transaction } from '../platform/database/transaction';
import { Campaign, CampaignType } from './campaign.entity';
import { campaignNotAccessible } from './campaign.errors';

/** A page of campaigns to look for. */
export interface CampaignSearch {
  readonly type: CampaignType | undefined;
  /** Part of the name, upper and lower case alike. */
  readonly namePart: string | undefined;
  readonly offset: number;
  readonly limit: number;
}

/** Reads and writes of campaigns; deleted ones are not there. */
@Injectable()
export class CampaignRepository {
  /** Stores a campaign and gives its database id. */
  async insert(transaction: Transaction, campaign: Omit<Campaign, 'id'>): Promise<number> {
    const [id] = await insertMany(transaction, Campaign, [campaign]);
    if (id === undefined) throw new Error('The database gave no id for the campaign');
    return id;
  }

  /** @throws CampaignNotAccessible */
  async get(transaction: Transaction, companyRef: number, campaignId: string): Promise<Campaign> {
    const campaign = await transaction.findOneBy(Campaign, { companyRef, campaignId });
    if (campaign === null || campaign.deletedAt !== null) throw campaignNotAccessible();
    return campaign;
  }

  /** Like `get`, and locks the campaign until the transaction ends. @throws CampaignNotAccessible */
  async getLocked(transaction: Transaction, companyRef: number, campaignId: string): Promise<Campaign> {
    const where = { companyRef };
    const options = { where, property: 'campaignId', values: [campaignId], lock: true } as const;
    const [campaign] = await selectMany(transaction, Campaign, options);
    if (campaign === undefined || campaign.deletedAt !== null) throw campaignNotAccessible();
    return campaign;
  }

  /** One page of campaigns, newest first, and how many there are in all. */
  list(
    transaction: Transaction,
    companyRef: number,
    { type, namePart, offset, limit }: CampaignSearch,
  ): Promise<[Campaign[], number]> {
    const query = transaction
      .createQueryBuilder(Campaign, 'campaign')
      .where('campaign.companyRef = :companyRef AND campaign.deletedAt IS NULL', { companyRef });
    if (type !== undefined) query.andWhere('campaign.campaignType = :type', { type });
    if (namePart !== undefined) {
      const part = namePart.replace(/[!%_]/g, '!$&').toLowerCase();
      query.andWhere(`LOWER(campaign.name) LIKE :part ESCAPE '!'`, { part: `%${part}%` });
    }
    return query.orderBy('campaign.id', 'DESC').offset(offset).limit(limit).getManyAndCount();
  }

  async update(transaction: Transaction, { id, companyRef }: Campaign, changes: Partial<Campaign>): Promise<void> {
    await transaction.update(Campaign, { id, companyRef }, changes);
  }
}
