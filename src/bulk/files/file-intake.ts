import { rename } from 'node:fs/promises';
import { Injectable } from '@nestjs/common';
import { AppConfig } from '../../platform/config/app-config';
import { UnreadableBody } from '../../platform/errors/http.errors';
import type { BulkImporter } from '../engine/bulk-importer.contract';
import { isBuiltIn } from '../formats/built-in-formats';
import { FormatRegistry } from '../formats/format.registry';
import { type FileToRead, readFiles, type ReadingOrder, type ReadRows } from '../reading/file-reading';
import { ReadingThreads } from '../reading/reading-threads';
import { JobFiles } from './job-files';
import type { Upload, UploadedFile } from './upload.receiver';

/** Where the rows of a job lie in its folder. */
export const SPOOL_NAME = 'rows';

/** Rows that lie in the folder of a job, ready to be worked on. */
export interface TakenRows extends ReadRows {
  /** Format in which result files are written. */
  readonly format: string;
  /** Name the caller gave the file; null when the rows came in a request. */
  readonly fileName: string | null;
  /** Of what came in. */
  readonly sha256: string;
}

/** Who sent an upload, and for what. */
export interface UploadOf {
  readonly companyRef: number;
  readonly tables: BulkImporter['tables'];
}

/** Takes uploaded files into the folders of jobs. */
@Injectable()
export class FileIntake {
  constructor(
    private readonly formats: FormatRegistry,
    private readonly threads: ReadingThreads,
    private readonly files: JobFiles,
    private readonly config: AppConfig,
  ) {}

  /**
   * Spools the rows of an upload into the folder of a job and moves the uploaded files there.
   *
   * @throws the file errors of `formats/file.errors`, and what `ReadingThreads.read` throws; the folder is then the
   * caller's to remove.
   */
  async take(jobId: string, { companyRef, tables }: UploadOf, { file, contacts }: Upload): Promise<TakenRows> {
    if (contacts !== null && tables.length === 1) {
      throw new UnreadableBody('The file has one table only here; leave out the part named "contacts".');
    }
    const names = tables.map(({ name }) => name);
    const first = await this.toRead(file, names);
    const files = contacts === null ? [first] : [first, await this.toRead(contacts, names.slice(1))];
    const rows = await this.read(companyRef, {
      files,
      tables: tables.map(({ name, columns, oneOf }) => ({
        name,
        columns: columns.map((column) => ({ name: column.name, required: column.required })),
        oneOf,
      })),
      spool: this.files.of(jobId, SPOOL_NAME),
      maxRows: this.config.maxRows,
    });
    await rename(file.path, this.files.of(jobId, 'input'));
    if (contacts !== null) await rename(contacts.path, this.files.of(jobId, 'input-contacts'));
    return { ...rows, format: first.format, fileName: file.fileName, sha256: file.sha256 };
  }

  private async toRead({ path }: UploadedFile, tables: readonly string[]): Promise<FileToRead> {
    return { path, format: (await this.formats.detect(path)).name, tables };
  }

  /** A format that an extension added lives here and nowhere else, so its files are read here too. */
  private read(companyRef: number, order: ReadingOrder): Promise<ReadRows> {
    const ofExtensions = order.files.filter(({ format }) => !isBuiltIn(format));
    if (ofExtensions.length === 0) return this.threads.read(companyRef, order);
    if (ofExtensions.length < order.files.length) {
      throw new UnreadableBody('The two files are in formats that cannot be read together; send both in the same one.');
    }
    return readFiles(order, (name) => this.formats.get(name));
  }
}
