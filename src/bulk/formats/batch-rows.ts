import type { RawRow } from './row-format.contract';

/** Characters that end a batch: 500 rows of ordinary length hold a fiftieth of it, and a single one of a workbook four times. */
const BATCH_CHARS = 8 * 1024 ** 2;

/** The rows of a batch as they come: so many, or fewer where they hold much text, so that memory has a bound whatever a file holds. */
export class BatchRows {
  private rows: RawRow[] = [];
  private chars = 0;

  /** @param batchRows rows of a full batch */
  constructor(private readonly batchRows: number) {}

  get isEmpty(): boolean {
    return this.rows.length === 0;
  }

  /** True when the rows are to be handed over before another one is added: so many, or 8,388,608 characters in their cells. */
  get isFull(): boolean {
    return this.rows.length >= this.batchRows || this.chars >= BATCH_CHARS;
  }

  add(row: RawRow): void {
    for (const cell of row.cells) this.chars += cell.length;
    this.rows.push(row);
  }

  /** The rows since the last call. */
  take(): RawRow[] {
    const { rows } = this;
    this.rows = [];
    this.chars = 0;
    return rows;
  }
}
