import { DataSource } from 'typeorm';
import { AcmeExtension } from '../extension/acme/acme.extension';
import { bulk, CREATE, csvOf, UPDATE, upload, warningsOf } from '../support/bulk';
import { RECORDS } from '../support/campaigns';
import { describeEachEngine } from '../support/engines';
import { RunningService, startService, Tenant } from '../support/service';
import { createRecords, type RecordNames } from './record-names';
import { ROUTES } from './route-table';

/** What belongs to the service, under the names it or a guess has for it, with a value that would show. */
const FORBIDDEN: Readonly<Record<string, unknown>> = {
  tenantId: 999,
  companyRef: 999,
  company_ref: 999,
  companyId: 'CEK0000000',
  customerRef: 999,
  status: 'INACTIVE',
  version: 99,
  createdAt: '2000-01-01',
  updatedAt: '2000-01-01',
  deletedAt: '2000-01-01',
  deletionKey: 7,
  historyPage: 7,
  activatedAt: '2000-01-01',
  createdBy: 'key:somebody',
  isAdmin: true,
  scopes: 'customers:pii',
  __proto__x: { isAdmin: true },
  constructor: { prototype: { isAdmin: true } },
  prototype: { isAdmin: true },
};
/** The name that no object literal can have; the others stand as they are. */
const sentName = (name: string) => (name === '__proto__x' ? '__proto__' : name);

/** Objects in a body below which callers may store what they like. */
const FREE_FORM = ['data', 'jsonData'];
/** Members that a body may have, which the calls of the table leave out. */
const KNOWN: Readonly<Record<string, readonly string[]>> = { 'POST /api/v0/customer/search': ['status'] };

type Path = readonly (string | number)[];

/** The paths of all objects in a body that have members of their own, from the outermost. */
function objectsIn(value: unknown, path: Path = []): Path[] {
  if (Array.isArray(value)) return value.flatMap((item, index) => objectsIn(item, [...path, index]));
  if (typeof value !== 'object' || value === null) return [];
  const inner = Object.entries(value).filter(([name]) => !FREE_FORM.includes(name));
  return [path, ...inner.flatMap(([name, member]) => objectsIn(member, [...path, name]))];
}

/** The body as text with one more member in the object at that path. */
function withMember(body: unknown, path: Path, name: string, value: unknown): string {
  const mark = 'the-member-that-is-added';
  const copy = structuredClone(body) as Record<string | number, any>;
  const target = path.reduce<any>((node, step) => node[step], copy);
  target[mark] = value;
  return JSON.stringify(copy).replace(`"${mark}"`, JSON.stringify(name));
}

/** Routes that take a JSON body, once for each way they have of nesting one. */
const CASES = ROUTES.flatMap(({ name, names, call }) => {
  if (!/^(POST|PUT|PATCH) /.test(name)) return [];
  const nesting = (['contact', 'parentId'] as const).filter((kind) => names[kind] !== undefined);
  return [undefined, ...nesting].map((by) => ({ name, by: by ?? 'as it is', call, kind: by }));
});

describeEachEngine('members that are not the caller’s to set', (engine) => {
  let service: RunningService;
  let tenant: Tenant;
  let records: RecordNames;

  beforeAll(async () => {
    service = await startService(engine, { extensions: [AcmeExtension] });
    tenant = await service.createTenant();
    records = await createRecords(tenant);
  });
  afterAll(() => service.stop());

  const stored = async () => {
    const source = service.app.get(DataSource);
    const tables = [
      'companies',
      'customers',
      'customer_contacts',
      'customer_addresses',
      'campaigns',
      'campaign_records',
    ];
    const rows = tables.map((table) => source.query(`SELECT * FROM ${table} ORDER BY id`));
    return Promise.all([...rows, source.query('SELECT id, company_ref, scopes, revoked_at FROM api_keys ORDER BY id')]);
  };

  // Bodies are judged before any database is asked: once is enough.
  const cases = engine === 'sqlite' ? CASES : CASES.filter(({ name }) => name.startsWith('PATCH'));

  it.each(cases)('are refused by $name, in every object of its body ($by)', async ({ name, call, kind }) => {
    const probe = call(tenant.api, { ...records, by: kind }) as unknown as {
      method: string;
      url: string;
      _data?: unknown;
    };
    const { method, url, _data: body } = probe;
    if (typeof body !== 'object') return;
    const before = await stored();
    // A record of a bulk change is refused for itself.
    const answers: [string, number][] = [];
    for (const path of objectsIn(body)) {
      for (const [member, value] of Object.entries(FORBIDDEN)) {
        if (KNOWN[name]?.includes(member) === true) continue;
        const answer = await fetch(url, {
          method,
          headers: { Authorization: `Bearer ${tenant.token}`, 'Content-Type': 'application/json' },
          body: withMember(body, path, sentName(member), value),
        });
        answers.push([`${path.join('.')} ${sentName(member)}`, answer.status]);
      }
    }
    const refusal = (what: string) => (what.startsWith('records.') ? 207 : 400);
    expect(answers).toEqual(answers.map(([what]) => [what, refusal(what)]));
    expect(answers.length).toBeGreaterThanOrEqual(Object.keys(FORBIDDEN).length - 1);
    expect(await stored()).toEqual(before);
    expect(Object.prototype).not.toHaveProperty('isAdmin');
  });

  it('are plain data in the free part of a campaign record, but for names that could reach a prototype', async () => {
    const { campaign: campaignId, record: id } = records;
    const [before] = await service.app
      .get(DataSource)
      .query('SELECT * FROM campaign_records WHERE record_id = ?', [id]);
    const { constructor: _c, prototype: _p, __proto__x: _proto, ...plain } = FORBIDDEN;
    await tenant.api.put(RECORDS).send({ campaignId, id, data: plain }).expect(200);
    const [after] = await service.app.get(DataSource).query('SELECT * FROM campaign_records WHERE record_id = ?', [id]);
    expect({ ...after, data: '', updated_at: '' }).toEqual({ ...before, data: '', updated_at: '', version: 2 });
    expect(JSON.parse(after.data)).toMatchObject(plain);
    for (const name of ['__proto__', 'constructor', 'prototype']) {
      const body = withMember({ campaignId, id, data: { a: 1 } }, ['data'], name, { isAdmin: true });
      await tenant.api.put(RECORDS).type('json').send(body).expect(400);
    }
  });

  it('are ignored with a warning as columns of a file, whichever it is', async () => {
    const { company_ref: _same, ...columns } = FORBIDDEN;
    const names = Object.keys(columns).map(sentName);
    const values = Object.values(columns).map((value) => (typeof value === 'string' ? value : JSON.stringify(value)));
    const [before] = await service.app
      .get(DataSource)
      .query('SELECT * FROM customers WHERE customer_id = ?', [records.customer]);
    const update = await bulk(tenant.api, UPDATE, [
      ['customerId', 'address', ...names],
      [records.customer, 'by file', ...values],
    ]);
    expect(warningsOf(update).filter(([, code]) => code === 'UNKNOWN_COLUMN')).toHaveLength(names.length);
    const [after] = await service.app
      .get(DataSource)
      .query('SELECT * FROM customers WHERE customer_id = ?', [records.customer]);
    expect(after).toEqual({
      ...before,
      address: 'by file',
      version: Number(before.version) + 1,
      updated_at: expect.anything(),
      history_page: expect.anything(),
    });
    expect(Number(after.history_page)).not.toBe(FORBIDDEN['historyPage']);

    const made = await bulk(tenant.api, CREATE, [
      ['legalName', ...names],
      ['Xylo', ...values],
    ]);
    const [{ customerId }] = made.successRequests;
    const [row] = await service.app
      .get(DataSource)
      .query('SELECT * FROM customers WHERE customer_id = ?', [customerId]);
    expect(row).toMatchObject({
      company_ref: tenant.company.id,
      status: 'ACTIVE',
      version: 1,
      deletion_key: 0,
      deleted_at: null,
    });
    expect(new Date(`${row.created_at}`).getFullYear()).toBeGreaterThan(2020);

    const cards = await upload(
      tenant.api,
      '/api/v0/bulk/acme.loyalty',
      csvOf([
        ['cardNumber', 'points', ...names],
        ['L-000009', '1', ...values],
      ]),
    );
    expect(cards.body.payload.success_count).toBe(1);
    const [card] = await service.app
      .get(DataSource)
      .query("SELECT * FROM acme_loyalty_cards WHERE card_number = 'L-000009'");
    expect(card).toMatchObject({ company_ref: tenant.company.id, version: 1, deletion_key: 0 });
  });
});
