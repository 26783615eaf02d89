import { Column, Entity } from 'typeorm';
import { IdColumn, JsonColumn, RefColumn, TimeColumn } from '../platform/database/columns';

export const CAMPAIGN_TYPES = ['emi', 'edi', 'lead'] as const;
/** Decides which field identifies a record: `loan_id` (emi, edi) or `lead_id` (lead). */
export type CampaignType = (typeof CAMPAIGN_TYPES)[number];

/** A campaign of a company: whom to turn to, when and in which languages. */
@Entity('campaigns')
export class Campaign {
  @IdColumn()
  id: number;

  @RefColumn()
  companyRef: number;

  /** Public id, `^camp_[A-Za-z0-9]{1,40}$`. */
  @Column()
  campaignId: string;

  @Column()
  name: string;

  @Column()
  description: string;

  @Column({ type: 'varchar' })
  campaignType: CampaignType;

  /** `YYYY-MM-DD` */
  @Column()
  startDate: string;

  /** `YYYY-MM-DD` */
  @Column()
  endDate: string;

  /** `HH:mm` */
  @Column()
  startTime: string;

  /** `HH:mm` */
  @Column()
  endTime: string;

  @JsonColumn()
  languages: string[];

  @Column()
  region: string;

  @JsonColumn()
  tags: string[];

  @TimeColumn()
  createdAt: Date;

  @TimeColumn()
  updatedAt: Date;

  @TimeColumn({ nullable: true })
  deletedAt: Date | null;
}
