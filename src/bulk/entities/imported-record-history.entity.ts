import { Column, Entity } from 'typeorm';
import { JsonColumn, RefColumn } from '../../platform/database/columns';
import { HistoryEntry } from '../../platform/history/history-entry.entity';
import type { ShownChange } from '../engine/bulk-importer.contract';

/** One change of a record of any entity that is imported by `EntityImporter`. */
@Entity('imported_record_history')
export class ImportedRecordHistory extends HistoryEntry {
  /** Table of the record. */
  @Column({ type: 'varchar' })
  entity: string;

  @RefColumn()
  recordRef: number;

  @JsonColumn()
  changes: ShownChange[];
}
