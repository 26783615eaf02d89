import { CampaignService, NewCampaign } from '../../src/campaign/campaign.service';
import type { JsonObject } from '../../src/campaign/records/document-merge';
import { DEMO_CAMPAIGN } from '../../src/demo/demo-campaign';
import { CAMPAIGNS, loan, NO_CAMPAIGN, RECORDS, times } from '../support/campaigns';
import { Api, RunningService, startService } from '../support/service';
import { DocumentedRoutes, examplePath } from './openapi-document';
import { schemaFaults } from './schema-check';

const CREATE = `POST ${CAMPAIGNS}/create`;
const ONE = `${CAMPAIGNS}/{id}`;
const CHANGE = `PUT ${CAMPAIGNS}/update/{id}`;
const ADD = 'POST /api/v1/customers/add';
const ADD_BULK = `${ADD}/bulk`;
const UPDATE = `PUT ${RECORDS}`;
const UPDATE_BULK = `${UPDATE}/bulk`;
const HISTORY = `GET ${RECORDS}/history`;

/** The campaign of the examples; every book has it under an id of its own. */
const PRINTED_ID = DEMO_CAMPAIGN.campaignId;
/** Largest document a record can grow to. */
const MOST_BYTES = 256 * 1024;

/** Members that differ from call to call. */
const VARIABLE = ['createdAt', 'updatedAt', 'at', 'by', 'jobId', 'nextCursor'];

/** An answer without what differs from call to call. */
function lasting(answer: object): unknown {
  return JSON.parse(
    JSON.stringify(answer, (key, value) =>
      value !== null && (VARIABLE.includes(key) || /^camp_[A-Za-z0-9]{22}$/.test(String(value))) ? '*' : value,
    ),
  );
}

let routes: DocumentedRoutes;
let service: RunningService;
let books = 0;

beforeAll(async () => {
  routes = await DocumentedRoutes.below('/api/v1');
  service = await startService('sqlite');
}, 180_000);

afterAll(() => service.stop());

/** A company with the campaign of the examples. */
interface Book {
  readonly api: Api;
  /** Sends a request of the examples. */
  send(name: string, body?: object, query?: object): any;
  /** Sends one whose answer must be that of the example. */
  check(name: string, example: object, body?: object, query?: object): Promise<any>;
}

async function book(differences: Partial<NewCampaign> = {}): Promise<Book> {
  const { api, company } = await service.createTenant();
  const campaign = { ...DEMO_CAMPAIGN, campaignId: `camp_book${++books}`, ...differences };
  const { campaignId } = campaign;
  await service.app.get(CampaignService).create(company.id, 'demo', campaign);
  const send = (name: string, body?: object, query: object = {}) => {
    const one = routes.operationOf(name);
    const { pathname, searchParams } = new URL(examplePath(one).replaceAll(PRINTED_ID, campaignId), service.baseUrl);
    const text = body === undefined ? undefined : JSON.stringify(body).replaceAll(PRINTED_ID, campaignId);
    const request = api[one.method](pathname).query({ ...Object.fromEntries(searchParams), ...query });
    return text === undefined ? request : request.type('json').send(text);
  };
  const check = async (name: string, example: object, body?: object, query?: object) => {
    const response = await send(name, body, query);
    routes.expectDocumented(name, response);
    const answer = JSON.parse(response.text.replaceAll(campaignId, PRINTED_ID));
    expect([name, lasting(answer)]).toEqual([name, lasting(example)]);
    return response;
  };
  return { api, send, check };
}

it('takes every request as it is printed, and answers as documented', async () => {
  let requests = 0;
  for (const { name, operation } of routes.operations) {
    for (const body of operation.requestBody === undefined ? [undefined] : routes.requestsOf(name)) {
      const { send } = await book();
      const response = await send(name, body);
      routes.expectDocumented(name, response);
      expect([name, response.body.success]).toEqual([name, true]);
      requests++;
    }
  }
  expect(routes.operations.length).toBe(11);
  expect(requests).toBeGreaterThan(routes.operations.length);
});

it('answers the published example as it is published', async () => {
  const { api } = await book({ campaignId: PRINTED_ID });
  const [body] = routes.requestsOf(UPDATE_BULK);
  expect(body).toEqual({
    campaignId: 'camp_abc123',
    records: [
      { id: 'loan_12345', data: { payment_status: 'paid', emi_amount: 5000 } },
      { id: 'loan_67890', data: { payment_status: 'partial', emi_amount: 3000 } },
    ],
  });
  const { text } = await api.put(`${RECORDS}/bulk`).send(body).expect(200);
  expect(text).toBe(
    '{"success":true,"message":"Updated 2 of 2 records","results":{"total":2,"valid":2,"invalid":0,"successful":2,"failed":0,"retried":0,"batchesProcessed":1,"errors":[]}}',
  );
  expect(JSON.parse(text)).toEqual(routes.answersOf(UPDATE_BULK)[0]);
});

it('answers what its examples show of campaigns', async () => {
  const { check } = await book();
  const [one, none] = routes.answersOf(`GET ${CAMPAIGNS}`);
  await check(`GET ${CAMPAIGNS}`, one);
  await check(`GET ${CAMPAIGNS}`, none, undefined, { search: 'of nobody' });
  await check(CREATE, routes.answersOf(CREATE, 201)[0], routes.requestsOf(CREATE)[0]);
  await check(`GET ${ONE}`, routes.answersOf(`GET ${ONE}`)[0]);
  for (const answer of routes.answersOf(CHANGE)) await check(CHANGE, answer, routes.requestsOf(CHANGE)[0]);
  await check(`DELETE ${ONE}`, routes.answersOf(`DELETE ${ONE}`)[0]);
});

it('answers what its examples show of records', async () => {
  const { check } = await book();
  const [record, page] = routes.answersOf(`GET ${RECORDS}`);
  await check(`GET ${RECORDS}`, record, undefined, { id: 'loan_12345' });
  await check(`GET ${RECORDS}`, page, undefined, { limit: 1 });
  await check(ADD, routes.answersOf(ADD, 201)[0], routes.requestsOf(ADD)[0]);
  const [change, other] = routes.requestsOf(UPDATE);
  for (const answer of routes.answersOf(UPDATE)) await check(UPDATE, answer, change);

  const changed = await book();
  await changed.send(UPDATE_BULK, routes.requestsOf(UPDATE_BULK)[0]).expect(200);
  await changed.send(UPDATE, other).expect(200);
  await changed.check(HISTORY, routes.answersOf(HISTORY)[0], undefined, { id: 'loan_67890', limit: 2 });
});

it('answers bulk calls as its examples show, under the id of a job that can be read', async () => {
  const { api, check, send } = await book();
  const [update] = routes.requestsOf(UPDATE_BULK);
  const { headers } = await check(UPDATE_BULK, routes.answersOf(UPDATE_BULK)[0], update);
  const job = await api.get(`/api/v0/bulk/jobs/${headers['x-job-id']}`).expect(200);
  const { schema } = routes.document.paths['/api/v0/bulk/jobs/{jobId}'].get.responses[200].content['application/json'];
  expect(schemaFaults(routes.document, schema, job.body)).toEqual([]);
  expect(job.body.payload).toMatchObject({ family: 'campaign', counters: { received: 2, updated: 2 } });

  const [missing, mixed] = routes.answersOf(UPDATE_BULK, 207);
  const [paid] = update.records;
  const short = await book({ records: new Map([['loan_12345', loan('loan_12345') as JsonObject]]) });
  await short.check(UPDATE_BULK, missing, update);
  await send(UPDATE_BULK, { ...update, records: [{ id: 'loan_24680', data: { notes: 'moved on' } }] }).expect(200);
  await check(UPDATE_BULK, mixed, {
    ...update,
    records: [
      paid,
      { id: 'loan_67890', data: { emi_amount: '3000' } },
      { id: 'loan_24680', data: { payment_status: 'paid' }, ifVersion: 1 },
    ],
  });

  const [add] = routes.requestsOf(ADD_BULK);
  await check(ADD_BULK, routes.answersOf(ADD_BULK, 201)[0], add);
  const another = await book();
  const [refused] = routes.answersOf(ADD_BULK, 207);
  const data = [add.data[0], loan('loan_12345'), loan('loan_33333', { loan_amount: 'a lot', language: undefined })];
  await another.check(ADD_BULK, refused, { campaignId: PRINTED_ID, data });
});

/** Lets a record grow, and gives the change that would make it one byte larger than it may be. */
async function fillUp({ send }: Book): Promise<object> {
  const id = 'loan_67890';
  const document: Record<string, unknown> = { ...DEMO_CAMPAIGN.records.get(id) };
  for (const round of times(8, String)) {
    const data = Object.fromEntries(times(16, (index) => [`k${round}_${index}`, 'x'.repeat(1990)]));
    await send(UPDATE, { campaignId: PRINTED_ID, id, data }).expect(200);
    Object.assign(document, data);
  }
  const pad = (length: number) => ({ pad: ['x'.repeat(2000), 'x'.repeat(2000), 'x'.repeat(length)] });
  const size = Buffer.byteLength(JSON.stringify({ ...document, ...pad(0) }));
  return { campaignId: PRINTED_ID, id, data: pad(MOST_BYTES + 1 - size) };
}

it('shows the words of every refusal the service really answers', async () => {
  const mine = await book();
  const narrow = (await service.createTenant({ scopes: ['customers:read'] })).api;
  const { api, send } = mine;
  await send(UPDATE, routes.requestsOf(UPDATE)[0]).expect(200);
  await send(ADD, routes.requestsOf(ADD)[0]).expect(201);
  const tooLarge = await fillUp(mine);
  const brokenLoan = loan('loan_33333', { loan_amount: 'a lot', language: undefined });
  const tooMany = times(10_001, () => ({}));
  const campaignId = PRINTED_ID;
  const id = 'loan_12345';

  /** Requests by the example they provoke. */
  const provocations = (name: string): Record<string, any> => {
    const one = routes.operationOf(name);
    const { method, operation } = one;
    const path = examplePath(one);
    const [body] = routes.requestsOf(name);
    const isBulk = !name.startsWith(`PUT ${CAMPAIGNS}`);
    const onBody = operation.requestBody !== undefined && {
      UNREADABLE_BODY: api[method](path).type('json').send('{'),
      UNSUPPORTED_MEDIA_TYPE: api[method](path).type('text').send('{}'),
      PAYLOAD_TOO_LARGE: api[method](path).send({ notes: 'x'.repeat((isBulk ? 32 : 1) * 1024 * 1024) }),
    };
    const elsewhere = JSON.parse(JSON.stringify(body ?? {}).replaceAll(PRINTED_ID, NO_CAMPAIGN));
    const onCampaign = !['/campaigns', '/create'].some((end) => path.endsWith(end)) && {
      CAMPAIGN_NOT_ACCESSIBLE: api[method](path.replaceAll(PRINTED_ID, NO_CAMPAIGN)).send(elsewhere),
    };
    const malformed = api[method](path.replaceAll(PRINTED_ID, 'abc123')).send(body);
    const extra = send(name, { extra: true });
    const read = {
      INVALID_REQUEST: malformed,
      INVALID_REQUEST_2: send(name, undefined, { cursor: '2' }),
      CAMPAIGN_RECORD_NOT_FOUND: send(name, undefined, { id: 'loan_0' }),
    };
    const ownOnes: Record<string, Record<string, any>> = {
      [CREATE]: {
        INVALID_REQUEST: send(name, { ...body, name: undefined, startTime: '9:00' }),
        INVALID_REQUEST_2: send(name, { ...body, jsonData: [brokenLoan] }),
        INVALID_REQUEST_3: send(name, { ...body, endDate: '2026-12-31' }),
      },
      [`GET ${CAMPAIGNS}`]: { INVALID_REQUEST: send(name, undefined, { limit: 101 }) },
      [`GET ${ONE}`]: { INVALID_REQUEST: malformed },
      [`DELETE ${ONE}`]: {
        INVALID_REQUEST: malformed,
        INVALID_REQUEST_2: send(name, undefined, { expectedRecords: -1 }),
        COUNT_DIFFERS: send(name, undefined, { expectedRecords: 5 }),
      },
      [CHANGE]: {
        INVALID_REQUEST: malformed,
        INVALID_REQUEST_2: send(name, { endTime: '24:00' }),
        INVALID_REQUEST_3: send(name, { endDate: '2026-11-30' }),
        CONFLICT: send(name, { campaignType: 'lead' }),
      },
      [`GET ${RECORDS}`]: read,
      [HISTORY]: read,
      [ADD]: {
        INVALID_REQUEST: extra,
        INVALID_REQUEST_2: send(name, { campaignId, data: brokenLoan }),
        CAMPAIGN_RECORD_CONFLICT: send(name, body),
      },
      [ADD_BULK]: {
        INVALID_REQUEST: send(name, { campaignId, data: tooMany }),
        INVALID_REQUEST_2: send(name, { campaignId: 'abc123', data: [], records: [] }),
      },
      [UPDATE]: {
        INVALID_REQUEST: extra,
        INVALID_REQUEST_2: send(name, { campaignId, id, loan_id: id, data: { emi_amount: -1 }, ifVersion: 0 }),
        INVALID_REQUEST_3: send(name, tooLarge),
        CAMPAIGN_RECORD_NOT_FOUND: send(name, { ...body, id: 'loan_0' }),
        CAMPAIGN_RECORD_CONFLICT: send(name, { ...body, ifVersion: 1 }),
      },
      [UPDATE_BULK]: {
        INVALID_REQUEST: send(name, { campaignId, records: tooMany }),
        INVALID_REQUEST_2: send(name, { campaignId: 'abc123', data: [] }),
      },
    };
    return { FORBIDDEN: narrow[method](path).send(body), ...onBody, ...onCampaign, ...ownOnes[name] };
  };

  for (const { name } of routes.operations) {
    const documented = routes.errorsOf(name);
    const provoked = provocations(name);
    expect([name, Object.keys(provoked).sort()]).toEqual([name, documented.map(({ code }) => code).sort()]);
    for (const { status, code, value } of documented) {
      const response = await provoked[code];
      expect([name, code, response.status, response.body]).toEqual([name, code, status, value]);
    }
  }
}, 60_000);
