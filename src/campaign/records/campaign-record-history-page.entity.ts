import { Entity } from 'typeorm';
import { HistoryPage } from '../../platform/history/history-page.entity';

/** What a chunk of a job changed of campaign records. */
@Entity('campaign_record_history_pages')
export class CampaignRecordHistoryPage extends HistoryPage {}
