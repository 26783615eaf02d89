import { Injectable } from '@nestjs/common';
import { insertMany } from '../platform/database/set-based';
import { Transaction } from '../platform/database/transaction';
import { Campaign } from './campaign.entity';
import { CampaignRecord } from './campaign-record.entity';

/** Reads and writes of campaigns and their records. */
@Injectable()
export class CampaignRepository {
  /** Stores a campaign and gives its database id. */
  async insert(transaction: Transaction, campaign: Omit<Campaign, 'id'>): Promise<number> {
    const [id] = await insertMany(transaction, Campaign, [campaign]);
    if (id === undefined) throw new Error('The database gave no id for the campaign');
    return id;
  }

  async insertRecords(transaction: Transaction, records: readonly Omit<CampaignRecord, 'id'>[]): Promise<void> {
    await insertMany(transaction, CampaignRecord, records);
  }
}
