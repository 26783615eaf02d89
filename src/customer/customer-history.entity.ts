import { Entity } from 'typeorm';
import { JsonColumn, RefColumn } from '../platform/database/columns';
import { HistoryEntry } from '../platform/history/history-entry.entity';

/** One field before and after a change. */
export interface FieldChange {
  readonly field: string;
  readonly from: unknown;
  readonly to: unknown;
}

/** One change of a customer. */
@Entity('customer_history')
export class CustomerHistory extends HistoryEntry {
  @RefColumn()
  customerRef: number;

  @JsonColumn()
  changes: FieldChange[];
}
