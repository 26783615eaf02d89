import type { Identifiers } from '../../customer/personal/person';
import { normalizeHeader } from '../engine/header';
import type { RowChunk } from '../engine/row-spool';
import type { BulkJob } from '../jobs/bulk-job.entity';
import type { RowOutcome } from '../jobs/bulk-outcome.entity';

/** Normalised headers of columns that hold a customer's own number. */
const REF_NO_COLUMN = normalizeHeader('uniqueRefNo');

/** The API whose calls name customers by database id, and by source and source id. */
const BY_DATABASE_ID = 'commerce';

/** True for a row, as it was sent, that is about the person. */
export function isRowOf(
  person: Identifiers,
  { family }: Pick<BulkJob, 'family'>,
  { columns }: Pick<RowChunk, 'columns'>,
  cells: readonly string[],
): boolean {
  const text = cells.join('\n').toLowerCase();
  if (person.texts.some((known) => text.includes(known))) return true;
  return cells.some((cell, at) => {
    if (normalizeHeader(columns[at] ?? '') === REF_NO_COLUMN) return person.refNos.includes(cell.trim());
    return family === BY_DATABASE_ID && cell.startsWith('{') && isItemOf(person, cell);
  });
}

/** True for what became of a row, if the row was about the person. */
export function isOutcomeOf(person: Identifiers, { family }: Pick<BulkJob, 'family'>, outcome: RowOutcome): boolean {
  const { recordId } = outcome;
  if (family === BY_DATABASE_ID && recordId !== null && person.databaseIds.includes(recordId)) return true;
  const text = JSON.stringify(outcome).toLowerCase();
  return person.texts.some((known) => text.includes(JSON.stringify(known).slice(1, -1)));
}

/** An item of the commerce API names its customer by source and source id, or by id. */
function isItemOf({ databaseIds, sourceIds }: Identifiers, json: string): boolean {
  try {
    const { source, sourceId, id } = JSON.parse(json) as Readonly<Record<'source' | 'sourceId' | 'id', unknown>>;
    if (typeof id === 'number') return databaseIds.includes(String(id));
    return sourceIds.some((known) => known.source === source && known.sourceId === String(sourceId));
  } catch {
    return false;
  }
}
