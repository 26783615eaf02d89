import { createReadStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import { ImporterRegistry } from '../engine/importer.registry';
import { FormatRegistry } from '../formats/format.registry';
import type { RowBatch } from '../formats/row-format.contract';
import { JobFiles } from './job-files';

const NOTES_COLUMNS = ['Table', 'Column', 'Required', 'What to fill in'];

/** What holds for every column, as the first rows of the notes. */
const GENERAL_NOTES = [
  'Replace the example row. An empty cell leaves a value as it is; #CLEAR clears it.',
  'Columns may stand in any order; columns you do not need can be deleted.',
];

/** Makes the files people start from. */
@Injectable()
export class TemplateFiles {
  constructor(
    private readonly importers: ImporterRegistry,
    private readonly formats: FormatRegistry,
    private readonly files: JobFiles,
  ) {}

  /** Template of an importer: header and example row of each table the format can hold, and notes in a workbook. */
  async make(target: string, formatName: string): Promise<Readable> {
    const { tables } = this.importers.get(target);
    const format = this.formats.get(formatName);
    const batches = tables.map(({ name, columns }): RowBatch => ({
      table: name,
      columns: columns.map((column) => `${column.name}${column.required === true ? '*' : ''}`),
      rows: [{ row: 2, cells: columns.map((column) => column.example) }],
    }));
    const notes: RowBatch = { table: 'Notes', columns: NOTES_COLUMNS, rows: this.notes(target) };
    const path = this.files.newUpload();
    const writer = format.create(path);
    for (const batch of format.holdsTables ? [...batches, notes] : batches.slice(0, 1)) await writer.write(batch);
    await writer.close();
    const content = createReadStream(path);
    content.once('close', () => void rm(path, { force: true }));
    return content;
  }

  private notes(target: string): RowBatch['rows'] {
    const general = GENERAL_NOTES.map((note) => ['', '', '', note]);
    const columns = this.importers
      .get(target)
      .tables.flatMap((table) =>
        table.columns.map(({ name, required, description }) => [
          table.name,
          name,
          required === true ? 'yes' : '',
          description,
        ]),
      );
    return [...general, ...columns].map((cells, index) => ({ row: index + 2, cells }));
  }
}
