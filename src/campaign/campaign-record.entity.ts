import { Column, Entity } from 'typeorm';
import { IdColumn, RefColumn, TimeColumn } from '../platform/database/columns';

/** A record of a campaign: one JSON document under its own id. */
@Entity('campaign_records')
export class CampaignRecord {
  @IdColumn()
  id: number;

  @RefColumn()
  companyRef: number;

  @RefColumn()
  campaignRef: number;

  /** The `loan_id` or `lead_id` of the record. */
  @Column()
  recordId: string;

  /** The document as JSON text: numbers keep every digit. */
  @Column({ type: 'text' })
  data: string;

  /** Counts the changes of the document. */
  @Column({ type: 'int' })
  version: number;

  /** 0 while the record is there, its own id after its addition was undone, so that its id may be used again. */
  @RefColumn()
  deletionKey: number;

  @TimeColumn()
  createdAt: Date;

  @TimeColumn()
  updatedAt: Date;

  /** The page of its history with its latest change by a job; null when no job changed it. */
  @RefColumn({ nullable: true })
  historyPage: number | null;
}
