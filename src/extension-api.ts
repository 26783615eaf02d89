/**
 * All that an extension may import, besides packages. What stands here stays compatible within a major version; the rest
 * of `src` may change at any time. Nothing in the service imports it.
 */

// The module of an extension.
export { type DatabaseParts, type Extension, RollbookExtension } from './platform/extensions/rollbook-extension';

// Importers: rows of files, and what becomes of them.
export type {
  BulkImporter,
  ChangedRecord,
  ChangeLedger,
  ImportCells,
  ImportColumn,
  JobContext,
  JobScope,
  LedgerEntry,
  ParsedRow,
  ReadyRow,
  RowResult,
  RowVerdict,
  ShownChange,
  TableImporter,
} from './bulk/engine/bulk-importer.contract';
export { HISTORY_START, type HistoryPlace } from './platform/history/history-place';
export type { RecordKey } from './bulk/engine/claims';
export { BulkImporterProvider, type ImporterCard, type ImporterRoute } from './bulk/engine/importer.registry';
export type { EntityImport } from './bulk/entities/entity-import.table';
export { EntityImporter } from './bulk/entities/entity.importer';
export { ImportedRecord } from './bulk/entities/imported-record.entity';
export type { RecordColumn, RecordField } from './bulk/entities/record.columns';
export type { CodedIssue } from './platform/validation/coded-issue';
export type { ParsedText } from './platform/validation/parsed-text';

// File formats.
export { BatchRows } from './bulk/formats/batch-rows';
export { DurableFile } from './bulk/formats/durable-file';
export { TooManyRows, UnreadableFile, UnsupportedFileFormat, UnusableTable } from './bulk/formats/file.errors';
export type { RawRow, ReadOptions, RowBatch, RowFault, RowFormat, RowWriter } from './bulk/formats/row-format.contract';
export { RowFormatProvider } from './bulk/formats/row-format.decorators';
export { TextFile, textOfHead } from './bulk/formats/text-encoding';

// Custom fields.
export { CustomField, type CustomFieldCard, type CustomFieldRule } from './customer/custom/custom-field.contract';

// Families, routes and errors.
export type { ApiFamily, ErrorContext, RenderedError } from './platform/errors/api-family';
export { AppError, type AppErrorOptions, defineError, type FieldIssue } from './platform/errors/app-error';
export type { ErrorType } from './platform/errors/error-type';
export { UseFamily } from './platform/errors/family.registry';
export { Conflict, Forbidden, InvalidRequest, Unprocessable } from './platform/errors/http.errors';
export { CurrentCaller, Public, RequireScope } from './platform/auth/auth.decorators';
export { type Caller, requireScope } from './platform/auth/caller';
export type { Scope } from './platform/auth/scopes';
export { COMPANY_ID, CompanyAccess, type CompanyScope } from './platform/companies/company-access';
export { ApiErrors, invalidField } from './platform/openapi/api-errors';

// The database.
export { columnTypes } from './platform/database/column-types';
export { BooleanColumn, IdColumn, JsonColumn, RefColumn, TimeColumn } from './platform/database/columns';
export { insertMany, selectMany, updateMany } from './platform/database/set-based';
export type { Transaction } from './platform/database/transaction';
export { UnitOfWork } from './platform/database/unit-of-work';
