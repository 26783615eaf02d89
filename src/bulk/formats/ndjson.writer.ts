import { DurableFile } from './durable-file';
import { CLEAR } from './ndjson.line';
import { RawRow, RowBatch, RowWriter } from './row-format.contract';

const SURPLUS_KEY = '_surplus';

/**
 * Writes NDJSON: UTF-8, one object per row and line, cells as JSON strings, `#CLEAR` as null. Empty cells are left out;
 * the surplus cells of an over-long row go into the list `_surplus`.
 */
export class NdjsonWriter implements RowWriter {
  constructor(private readonly file: DurableFile) {}

  async write(batch: RowBatch): Promise<void> {
    const keys = batch.columns.map((column) => JSON.stringify(column));
    let text = '';
    for (const row of batch.rows) text += lineOf(keys, row);
    if (text !== '') await this.file.write(text);
  }

  async close(): Promise<void> {
    await this.file.commit();
  }

  async abort(): Promise<void> {
    await this.file.discard();
  }
}

/** Built as text, since `__proto__` is no ordinary key of an object. */
function lineOf(keys: readonly string[], row: RawRow): string {
  let members = '';
  for (let i = 0; i < keys.length; i++) {
    const cell = row.cells[i] ?? '';
    if (cell !== '') members += `,${keys[i] ?? ''}:${cell === CLEAR ? 'null' : JSON.stringify(cell)}`;
  }
  const surplus = row.cells.slice(keys.length);
  if (surplus.some((cell) => cell !== '')) members += `,"${SURPLUS_KEY}":${JSON.stringify(surplus)}`;
  return `{${members.slice(1)}}\n`;
}
