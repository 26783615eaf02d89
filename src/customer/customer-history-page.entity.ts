import { Entity } from 'typeorm';
import { HistoryPage } from '../platform/history/history-page.entity';

/** What a chunk of a job changed of customers. */
@Entity('customer_history_pages')
export class CustomerHistoryPage extends HistoryPage {}
