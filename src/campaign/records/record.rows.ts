import type { ImportCells, ImportColumn, ParsedRow } from '../../bulk/engine/bulk-importer.contract';
import type { ItemRows } from '../../bulk/files/item-intake';
import type { CodedIssue } from '../../platform/validation/coded-issue';
import { INVALID } from './record.issues';

/** A record of a bulk call, with what is wrong with it. */
export interface JudgedRecord {
  readonly record: unknown;
  /** Its id as far as it has one. */
  readonly id: string | null;
  readonly faults: readonly string[];
}

/** A judged record as a row of a job. */
export const RECORD_COLUMNS: readonly ImportColumn[] = [
  { name: 'record', description: 'The record as JSON.', example: '' },
  { name: 'campaignId', description: 'Its campaign.', example: '' },
  { name: 'id', description: 'Its id, where it has one.', example: '' },
  { name: 'faults', description: 'What is wrong with it, as JSON; empty for nothing.', example: '' },
];

/** Records of one campaign as rows of a job. */
export function toRows(records: readonly JudgedRecord[], campaignId: string): ItemRows {
  return {
    columns: RECORD_COLUMNS.map(({ name }) => name),
    cells: function* () {
      for (const { record, id, faults } of records) {
        // What JSON does not have was not sent either; such a record has faults.
        const text = JSON.stringify(record ?? null);
        yield [text, campaignId, id ?? '', faults.length === 0 ? '' : JSON.stringify(faults)];
      }
    },
  };
}

/** A row as its importer gets it: broken records fail here, the others are opened when they are applied. */
export function parseRow(cells: ImportCells): ParsedRow<ImportCells> {
  const faults = cells['faults'] ?? '';
  const messages = faults === '' ? [] : (JSON.parse(faults) as string[]);
  const issues = messages.map((message): CodedIssue => ({ field: null, code: INVALID, message, rejectedValue: null }));
  const id = cells['id'] ?? '';
  return { value: cells, issues, warnings: [], recordId: id === '' ? null : id };
}

/** The record a row holds; it has passed its rules. */
export function recordOf(cells: ImportCells): unknown {
  return JSON.parse(cells['record'] ?? 'null');
}
