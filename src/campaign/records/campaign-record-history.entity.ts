import { Entity } from 'typeorm';
import { JsonColumn, RefColumn } from '../../platform/database/columns';
import { HistoryEntry } from '../../platform/history/history-entry.entity';
import type { DocumentChange } from './document-merge';

/** One change of a campaign record. */
@Entity('campaign_record_history')
export class CampaignRecordHistory extends HistoryEntry {
  @RefColumn()
  recordRef: number;

  @JsonColumn()
  changes: DocumentChange[];
}
