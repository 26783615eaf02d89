import { createHash } from 'node:crypto';
import type { Test } from 'supertest';
import { DataSource } from 'typeorm';
import type { Api, RunningService } from './service';

export const CAMPAIGNS = '/api/v1/campaigns';
export const CREATE_CAMPAIGN = `${CAMPAIGNS}/create`;
export const RECORDS = '/api/v1/customer-data';
export const HISTORY = `${RECORDS}/history`;
export const UPDATE_BULK = `${RECORDS}/bulk`;
export const ADD = '/api/v1/customers/add';
export const ADD_BULK = `${ADD}/bulk`;
export const NO_CAMPAIGN = 'camp_0000000000000000000000';

/** The printed answer for a campaign that is unknown, deleted or another company's. */
export const OUT_OF_REACH = {
  status: 403,
  body: { success: false, message: 'Campaign ID invalid or mismatch for your organization.' },
};

/** The published example, and its two answers as printed but for the blanks between members. */
export const PRINTED_CALL = `{"campaignId":"camp_abc123","records":[
  {"id":"loan_12345","data":{"payment_status":"paid","emi_amount":5000}},
  {"id":"loan_67890","data":{"payment_status":"partial","emi_amount":3000}}]}`;
export const PRINTED_200 =
  '{"success":true,"message":"Updated 2 of 2 records","results":{"total":2,"valid":2,"invalid":0,"successful":2,' +
  '"failed":0,"retried":0,"batchesProcessed":1,"errors":[]}}';
/** Ours tells batchesProcessed here too. */
export const PRINTED_207 =
  '{"success":false,"message":"Updated 1 of 2 records","results":{"total":2,"valid":2,"invalid":0,"successful":1,' +
  '"failed":1,"retried":1,"batchesProcessed":1,"errors":[' +
  '{"id":"loan_67890","error":"document_missing_exception","reason":"Document not found"}]}}';

export const times = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index));

/** A valid campaign of leads; members given replace those of the sample, undefined takes one away. */
export function sampleCampaign(changes: object = {}): Record<string, unknown> {
  return {
    name: 'December leads',
    description: 'Rings up those who asked for an offer.',
    campaignType: 'lead',
    startDate: '2026-12-01',
    endDate: '2026-12-31',
    startTime: '09:00',
    endTime: '18:00',
    languages: ['hindi', 'english'],
    region: 'all',
    ...changes,
  };
}

/** A valid record of an emi or edi campaign. */
export function loan(loan_id: string, changes: object = {}): Record<string, unknown> {
  return {
    loan_id,
    first_name: 'Asha',
    last_name: 'Rao',
    phone_number: '+919800000000',
    loan_amount: 120000,
    emi_amount: 6000,
    loan_period: 24,
    current_emi: 5,
    emi_due_date: '2026-12-05',
    payment_status: 'due',
    language: 'hindi',
    ...changes,
  };
}

/** A valid record of a lead campaign. */
export function lead(lead_id: string, changes: object = {}): Record<string, unknown> {
  return { lead_id, lead_date: '2026-11-21', ...changes };
}

/** Creates a campaign and gives its id. */
export async function createCampaign(api: Api, changes: object = {}): Promise<string> {
  const { status, body, text } = await api.post(CREATE_CAMPAIGN).send(sampleCampaign(changes));
  if (status !== 201) throw new Error(`${status}: ${text.slice(0, 500)}`);
  return body.data.id;
}

/** Creates a campaign of so many leads, `lead_0` and so on. */
export function createLeads(api: Api, count: number, changes: object = {}): Promise<string> {
  return createCampaign(api, { jsonData: times(count, (index) => lead(`lead_${index}`, changes)) });
}

/** A bulk call that was taken: its answer, in which all figures must agree. */
async function taken(verb: 'Updated' | 'Added', request: Test): Promise<any> {
  const { status, body, headers, text } = await request;
  if (body.results === undefined) throw new Error(`${status}: ${text.slice(0, 500)}`);
  const { errors, invalidRecords, ...figures } = body.results;
  const { total, valid, invalid, successful, failed, batchesProcessed } = figures as Record<string, number>;
  expect([valid! + invalid!, successful! + failed!]).toEqual([total, valid]);
  expect(errors).toHaveLength(failed!);
  expect(invalidRecords ?? []).toHaveLength(invalid!);
  expect('invalidRecords' in body.results).toBe(invalid !== 0);
  expect(batchesProcessed).toBeGreaterThanOrEqual(valid === 0 ? 0 : 1);
  expect(body.success).toBe(successful === total);
  expect(body.message).toBe(`${verb} ${successful} of ${total} records`);
  expect(status).toBe(body.success === false ? 207 : verb === 'Added' ? 201 : 200);
  return { ...body, status, jobId: headers['x-job-id'], text };
}

/** Changes records in bulk; `records` may be a JSON text, to be sent as it is. */
export function updateRecords(api: Api, campaignId: string, records: readonly unknown[] | string): Promise<any> {
  const list = typeof records === 'string' ? records : JSON.stringify(records);
  const body = `{"campaignId":${JSON.stringify(campaignId)},"records":${list}}`;
  return taken('Updated', api.put(UPDATE_BULK).set('Content-Type', 'application/json').send(body));
}

/** Adds records in bulk. */
export function addRecords(api: Api, campaignId: string, data: readonly unknown[]): Promise<any> {
  return taken('Added', api.post(ADD_BULK).send({ campaignId, data }));
}

/** A record as a reader of the API sees it. */
export async function readRecord(api: Api, campaignId: string, id: string): Promise<any> {
  const { body } = await api.get(RECORDS).query({ campaignId, id }).expect(200);
  return body.data;
}

/** Counters of the job behind a bulk call. */
export async function countersOf(api: Api, { jobId }: { jobId: string }): Promise<any> {
  const { body } = await api.get(`/api/v0/bulk/jobs/${jobId}`).expect(200);
  expect(body.payload).toMatchObject({ family: 'campaign', state: 'completed' });
  return body.payload.counters;
}

/** A record as the database holds it. */
export interface StoredRecord {
  readonly id: number;
  readonly recordId: string;
  readonly version: number;
  /** The document, exactly as stored. */
  readonly text: string;
  readonly data: any;
}

/** All records of a campaign, oldest first. */
export async function storedRecords(dataSource: DataSource, campaignId: string): Promise<StoredRecord[]> {
  const rows = await dataSource.query(
    `SELECT r.* FROM campaign_records r JOIN campaigns c ON c.id = r.campaign_ref WHERE c.campaign_id = ? ORDER BY r.id`,
    [campaignId],
  );
  return rows.map(({ id, record_id, version, data }: any) => {
    return { id: Number(id), recordId: record_id, version, text: data, data: JSON.parse(data) };
  });
}

/** A change of a record as the database holds it. */
export interface StoredChange {
  readonly recordId: string;
  readonly version: number;
  readonly jobId: string | null;
  readonly row: number | null;
  readonly by: string;
  readonly changes: readonly { field: string; from?: unknown; to?: unknown }[];
}

/** All changes of the records of a campaign, oldest first. */
export async function storedHistory(dataSource: DataSource, campaignId: string): Promise<StoredChange[]> {
  const rows = await dataSource.query(
    `SELECT h.*, r.record_id FROM campaign_record_changes h JOIN campaign_records r ON r.id = h.record_ref
     JOIN campaigns c ON c.id = r.campaign_ref WHERE c.campaign_id = ? ORDER BY h.changed_at, h.page_id, h.entry_id, h.row_no`,
    [campaignId],
  );
  return rows.map(({ record_id, version, job_id, row_no, changed_by, changes }: any) => {
    return { recordId: record_id, version, jobId: job_id, row: row_no, by: changed_by, changes: JSON.parse(changes) };
  });
}

/** Checksum of every campaign, record and change there is; equal before and after a call that changes nothing. */
export async function campaignChecksum({ app }: RunningService): Promise<string> {
  const hash = createHash('sha256');
  for (const table of ['campaigns', 'campaign_records', 'campaign_record_history', 'campaign_record_history_pages']) {
    const rows = await app.get(DataSource).query(`SELECT * FROM ${table} ORDER BY id`);
    hash.update(JSON.stringify(rows));
  }
  return hash.digest('hex');
}

/** Status and body of an error, whose headers must be those of every error. */
export async function refusal(request: Test): Promise<{ status: number; body: any }> {
  const { status, body, headers } = await request;
  if (status < 400) throw new Error(`expected a refusal, got ${status}: ${JSON.stringify(body)}`);
  expect(headers['x-request-id']).toMatch(/^[A-Za-z0-9_.:-]{1,128}$/);
  expect(headers['x-error-type']).toMatch(/^[A-Z]+(_[A-Z]+)*$/);
  expect(headers['x-job-id']).toBeUndefined();
  return { status, body };
}

/** Messages of a call that is refused as a whole, in the printed shape. */
export async function faultsOf(request: Test): Promise<string[]> {
  const { status, body } = await refusal(request);
  expect({ status, body }).toEqual({
    status: 400,
    body: { success: false, message: 'Validation failed', errors: expect.any(Array) },
  });
  expect(Object.keys(body)).toEqual(['success', 'message', 'errors']);
  return body.errors;
}

/** A refusal other than 400 and 403: the flat shape, members in order. */
export async function flatRefusal(request: Test): Promise<[status: number, error: string]> {
  const { status, body } = await refusal(request);
  expect(body).toEqual({ success: false, error: expect.any(String), message: expect.stringMatching(/\S/) });
  expect(Object.keys(body)).toEqual(['success', 'error', 'message']);
  return [status, body.error];
}
