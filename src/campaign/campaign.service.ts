import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '../platform/database/unit-of-work';
import { Campaign } from './campaign.entity';
import { CampaignRepository } from './campaign.repository';

/** A campaign as it is given, with its first records by their id. */
export interface NewCampaign {
  readonly campaign: Omit<Campaign, 'id' | 'companyRef' | 'createdAt' | 'updatedAt'>;
  readonly records: ReadonlyMap<string, object>;
}

/** Campaigns of a company. */
@Injectable()
export class CampaignService {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly campaigns: CampaignRepository,
  ) {}

  /** Stores a campaign and its first records, all or nothing. */
  async create(companyRef: number, { campaign, records }: NewCampaign): Promise<void> {
    const now = new Date();
    const stamps = { companyRef, createdAt: now, updatedAt: now };
    await this.unitOfWork.run(async (transaction) => {
      const campaignRef = await this.campaigns.insert(transaction, { ...campaign, ...stamps });
      await this.campaigns.insertRecords(
        transaction,
        [...records].map(([recordId, data]) => ({
          ...stamps,
          campaignRef,
          recordId,
          data: JSON.stringify(data),
          version: 1,
        })),
      );
    });
  }
}
