import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DataSource } from 'typeorm';
import { CsvFormat } from '../../src/bulk/formats/csv.format';
import { NdjsonFormat } from '../../src/bulk/formats/ndjson.format';
import type { RowFormat } from '../../src/bulk/formats/row-format.contract';
import { XlsxFormat } from '../../src/bulk/formats/xlsx.format';
import type { Api, RunningService } from './service';

export const CREATE = '/api/v0/customer/bulk';
export const UPDATE = '/api/v0/customer/bulk/update';

/** A table as a person sees it: the header first, all cells text. */
export type Cells = readonly (readonly string[])[];

export const FILE_FORMATS = ['csv', 'xlsx', 'ndjson'] as const;
export type FileFormat = (typeof FILE_FORMATS)[number];

const FORMATS: Readonly<Record<FileFormat, RowFormat>> = {
  csv: new CsvFormat(),
  xlsx: new XlsxFormat(),
  ndjson: new NdjsonFormat(),
};

/** CSV as any program writes it: nothing is neutralised, every cell is quoted. */
export function csvOf(cells: Cells): Buffer {
  return Buffer.from(cells.map((row) => row.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(',')).join('\r\n'));
}

/** NDJSON: every data row as an object under the names of the header. */
export function ndjsonOf([header = [], ...rows]: Cells): Buffer {
  const line = (row: readonly string[]) => JSON.stringify(Object.fromEntries(header.map((name, i) => [name, row[i]])));
  return Buffer.from(rows.map(line).join('\n'));
}

async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'rollbook-file-'));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A workbook with a sheet per table. */
export function xlsxOf(sheets: Readonly<Record<string, Cells>>): Promise<Buffer> {
  return inFolder(async (folder) => {
    const path = join(folder, 'book.xlsx');
    const writer = FORMATS.xlsx.create(path);
    for (const [table, [columns = [], ...rows]] of Object.entries(sheets)) {
      await writer.write({ table, columns, rows: rows.map((cells, at) => ({ row: at + 2, cells })) });
    }
    await writer.close();
    return readFileSync(path);
  });
}

/** The same table as a file of that format. */
export async function fileOf(format: FileFormat, cells: Cells): Promise<Buffer> {
  if (format === 'xlsx') return xlsxOf({ Customers: cells });
  return format === 'csv' ? csvOf(cells) : ndjsonOf(cells);
}

/** Reads a file of the service back: cells by table, the header first. */
export function readTables(format: FileFormat, bytes: Buffer): Promise<Record<string, string[][]>> {
  return inFolder(async (folder) => {
    const path = join(folder, 'file');
    writeFileSync(path, bytes);
    const options = { tables: ['Customers', 'Contacts'], batchRows: 1_000, maxRows: 1_000_000 };
    const tables: Record<string, string[][]> = {};
    for await (const { table, columns, rows } of FORMATS[format].read(path, options)) {
      const known = (tables[table ?? 'Customers'] ??= [[...columns]]);
      known[0] = [...columns];
      known.push(...rows.map(({ cells }) => [...cells]));
    }
    return tables;
  });
}

export interface BulkCall {
  readonly query?: object;
  readonly contacts?: Buffer;
  readonly fileName?: string;
}

/** Uploads a file; the request can still be changed. */
export function upload(api: Api, path: string, file: Buffer, { query = {}, contacts, fileName }: BulkCall = {}) {
  const request = api
    .post(path)
    .query(query)
    .attach('file', file, fileName ?? 'customers.csv');
  return contacts === undefined ? request : request.attach('contacts', contacts, 'contacts.csv');
}

/** Uploads a file that can be processed, and gives the payload with the job id and the raw text of the answer. */
export async function bulk(api: Api, path: string, file: Buffer | Cells, call: BulkCall = {}): Promise<any> {
  const response = await upload(api, path, Buffer.isBuffer(file) ? file : csvOf(file), call);
  if (response.status !== 200) throw new Error(`${response.status}: ${response.text}`);
  const { payload } = response.body;
  expect(Number(payload.success_count) + Number(payload.failure_count)).toBe(payload.total_count);
  return { ...payload, jobId: response.headers['x-job-id'], raw: response.text };
}

/** What happened to each row: `[row, code, field]` of the first fault of the refused ones. */
export function faultsOf(payload: any): unknown[][] {
  return payload.failureRequests.map(({ row, errors }: any) => [row, errors[0].code, errors[0].field]);
}

/** `[row, code]` of every warning of the applied rows. */
export function warningsOf(payload: any): unknown[][] {
  return payload.successRequests.flatMap(({ row, warnings }: any) => warnings.map(({ code }: any) => [row, code]));
}

/** A file behind a link, as a browser without a token gets it. */
export async function download(url: string): Promise<Buffer> {
  const response = await fetch(url);
  if (response.status !== 200) throw new Error(`${response.status}: ${await response.text()}`);
  return Buffer.from(await response.arrayBuffer());
}

/** What is stored: rows of the tables, and files of uploads and jobs; equal before and after a call that does nothing. */
export async function storedState({ app, database }: RunningService): Promise<object> {
  const tables = ['customers', 'customer_contacts', 'customer_changes', 'bulk_jobs', 'bulk_outcomes'];
  const counts: Record<string, number> = {};
  for (const table of tables) {
    const [row] = await app.get(DataSource).query(`SELECT COUNT(*) AS n FROM ${table}`);
    counts[table] = Number(row.n);
  }
  const files = ['uploads', 'jobs'].map((folder) => readdirSync(join(database.dataDir, folder)).sort());
  return { counts, files };
}
