import type { BulkImporter, ChangeLedger } from '../engine/bulk-importer.contract';
import { EntityChangeLedger } from './entity-change.ledger';
import { EntityImport, EntityImportTable } from './entity-import.table';
import { ImportedRecordHistoryRepository } from './imported-record-history.repository';
import type { ImportedRecord } from './imported-record.entity';

/**
 * Imports the records of an entity: finds each by its key, creates or changes it in a few statements per chunk of rows,
 * and keeps a history, so that its jobs can be tried dry and undone. Extend it, and register the class with
 * `BulkImporterProvider`.
 */
export abstract class EntityImporter<T extends ImportedRecord> implements BulkImporter {
  readonly tables: BulkImporter['tables'];
  readonly ledger: ChangeLedger;

  constructor(definition: EntityImport<T>) {
    const history = new ImportedRecordHistoryRepository(definition.entity);
    this.tables = [new EntityImportTable(definition, history)];
    this.ledger = new EntityChangeLedger(definition, history);
  }
}
