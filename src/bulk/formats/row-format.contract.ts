/** Why one row cannot be used as it stands, whatever its columns mean. */
export interface RowFault {
  /** Header of the column concerned; null where the row as a whole is at fault. */
  readonly column: string | null;
  /** What is wrong and what to do, for the person who made the file. */
  readonly message: string;
}

/** One data row as text, exactly as it stands in the file. */
export interface RawRow {
  /**
   * Number of the row as a spreadsheet shows it, ascending: the header is row 1, blank rows count although they are
   * not delivered. In NDJSON the line number, from 1.
   */
  readonly row: number;
  /** One text per column, `''` where the row has no cell. Longer than `columns` only where a fault says so. */
  readonly cells: readonly string[];
  readonly faults?: readonly RowFault[];
}

/** Consecutive rows of one table. */
export interface RowBatch {
  /** Name of the sheet the rows stand in; null where the format has no named tables. */
  readonly table: string | null;
  /** Headers in file order, as written there. In NDJSON it may grow from batch to batch, never shrink or reorder. */
  readonly columns: readonly string[];
  readonly rows: readonly RawRow[];
}

export interface ReadOptions {
  /**
   * Names of the tables that are wanted, the main one first. A format without named tables, and a workbook with a
   * single sheet, deliver their one table whatever its name. Names match ignoring case and surrounding blanks.
   */
  readonly tables: readonly string[];
  /** Rows per batch; the last one of a table is shorter, and so is one whose rows hold very much text (`BatchRows`). */
  readonly batchRows: number;
  /** Data rows all tables together may hold; one more throws `TooManyRows`. */
  readonly maxRows: number;
}

/** Takes batches in order and leaves a complete file, or none. */
export interface RowWriter {
  /** Adds rows. A new table name starts a new sheet where the format has sheets. Resolves when more may come. */
  write(batch: RowBatch): Promise<void>;
  /** Finishes the file; it is complete and synced to disk when the promise resolves. */
  close(): Promise<void>;
  /** Gives up and removes what was written. */
  abort(): Promise<void>;
}

/**
 * A file format of row data. Reading streams: memory does not grow with the file. Every table that is found yields at
 * least one batch, so that its header is known even without data rows. Rows whose cells are all empty are no data rows.
 * Whatever `write` produced, `read` gives back cell for cell.
 */
export interface RowFormat {
  /** Whether one file holds several named tables, as a workbook does. */
  readonly holdsTables: boolean;
  /** Whether columns may come with later rows, as in NDJSON, which has no header: none is missing before the end. */
  readonly columnsGrow?: boolean;
  /** True when the file's first bytes (up to 4 KiB) look like this format; name and Content-Type are never asked. */
  accepts(head: Buffer): boolean;
  /** @throws UnsupportedFileFormat, UnreadableFile, FileTooLarge, UnusableTable or TooManyRows for faults of the file as a whole. */
  read(file: string, options: ReadOptions): AsyncIterable<RowBatch>;
  /** Starts a new file at that path (mode 0600). */
  create(file: string): RowWriter;
}

/** A format under its name, which is also the file extension. */
export interface NamedFormat {
  readonly name: string;
  readonly format: RowFormat;
}
