import { DataSource } from 'typeorm';
import type { Api, RunningService } from './service';

export const JOBS = '/api/v0/bulk/jobs';

/** The tables that hold what customers and campaigns are, and what happened to them. */
const DATA_TABLES = [
  'customers',
  'customer_contacts',
  'customer_addresses',
  'customer_reminders',
  'customer_history',
  'customer_history_pages',
  'campaigns',
  'campaign_records',
  'campaign_record_history',
  'campaign_record_history_pages',
];

/** Every row of every table of data, to compare before and after. */
export async function tableContents({ app }: RunningService): Promise<Record<string, unknown[]>> {
  const contents: Record<string, unknown[]> = {};
  for (const table of DATA_TABLES) {
    contents[table] = await app.get(DataSource).query<unknown[]>(`SELECT * FROM ${table} ORDER BY id`);
  }
  return contents;
}

/** The same with each row as one text: thousands of rows are compared in no time. */
export async function tableLines(service: RunningService): Promise<Record<string, string[]>> {
  const contents = Object.entries(await tableContents(service));
  return Object.fromEntries(contents.map(([table, rows]) => [table, rows.map((row) => JSON.stringify(row))]));
}

export async function jobOf(api: Api, jobId: string): Promise<any> {
  return (await api.get(`${JOBS}/${jobId}`).expect(200)).body.payload;
}

/** All rows of a job, page by page. */
export async function rowsOf(api: Api, jobId: string, outcome?: string): Promise<any[]> {
  const rows: any[] = [];
  let cursor: string | null = null;
  do {
    const query: Record<string, string> = { ...(outcome && { outcome }), ...(cursor && { cursor }) };
    const { payload } = (await api.get(`${JOBS}/${jobId}/rows`).query(query).expect(200)).body;
    rows.push(...payload.items);
    cursor = payload.nextCursor;
  } while (cursor !== null);
  return rows;
}

/** Makes a job out of another and gives it as it ended. */
export async function follow(api: Api, jobId: string, what: 'commit' | 'undo' | 'retry'): Promise<any> {
  return (await api.post(`${JOBS}/${jobId}/${what}`).expect(200)).body.payload;
}
