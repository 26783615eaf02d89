import { bulk, CREATE, csvOf, UPDATE, xlsxOf } from '../support/bulk';
import { addRecords, createLeads, lead, readRecord, updateRecords } from '../support/campaigns';
import { idsOf, readCustomer, sampleAddress, upsert } from '../support/commerce-items';
import { describeEachEngine } from '../support/engines';
import { follow, JOBS, rowsOf, tableContents } from '../support/jobs';
import { RunningService, startService, Tenant } from '../support/service';

/** What a row of customers is, apart from what moves with every change. */
function lasting(rows: unknown[]): unknown[] {
  return (rows as Record<string, unknown>[]).map(({ version: _v, updated_at: _u, history_page: _p, ...rest }) => rest);
}

/** A customer of the commerce API, apart from what moves with every change. */
function lastingMembers({ dateModified: _d, version: _v, ...rest }: any): unknown {
  return rest;
}

describeEachEngine('undoing a job', (engine) => {
  let service: RunningService;
  let tenant: Tenant;
  beforeAll(async () => {
    service = await startService(engine);
    tenant = await service.createTenant();
  });
  afterAll(() => service.stop());

  it('of 3,000 customers keeps and lists the rows another job touched since; undoing the undo brings all back', async () => {
    const rows = 3_000;
    const file = (name: (i: number) => string, from = 0, count = rows) =>
      Buffer.from(
        ['uniqueRefNo,legalName', ...Array.from({ length: count }, (_, i) => `U-${from + i},${name(from + i)}`)].join(
          '\n',
        ),
      );
    await bulk(
      tenant.api,
      CREATE,
      file((i) => `Original ${i}`),
    );
    const original = (await tableContents(service))['customers'] ?? [];
    const first = await bulk(
      tenant.api,
      UPDATE,
      file((i) => `First ${i}`),
    );
    const second = await bulk(
      tenant.api,
      UPDATE,
      file((i) => `Second ${i}`, 800, 1_500),
    );
    const updated = (await tableContents(service))['customers'] ?? [];

    const undo = await follow(tenant.api, first.jobId, 'undo');
    expect(undo).toMatchObject({ state: 'completed', parentJobId: first.jobId, target: 'undo:customer.update' });
    expect(undo.counters).toMatchObject({ received: rows, updated: 1_500, failed: 1_500 });
    const kept = await rowsOf(tenant.api, undo.jobId, 'failed');
    expect(new Set(kept.map(({ errors }) => errors[0].code))).toEqual(new Set(['CHANGED_SINCE']));
    expect(kept[0].errors[0].message).toContain(second.jobId);

    const afterUndo = (await tableContents(service))['customers'] ?? [];
    const touched = new Set(kept.map(({ recordId }) => recordId));
    const isKept = (row: any) => touched.has(row.customer_id);
    expect(lasting(afterUndo.filter((row) => !isKept(row)))).toEqual(lasting(original.filter((row) => !isKept(row))));
    expect(afterUndo.filter(isKept)).toEqual(updated.filter(isKept));

    const redo = await follow(tenant.api, undo.jobId, 'undo');
    expect(redo.counters).toMatchObject({ received: 1_500, updated: 1_500, failed: 0 });
    expect(lasting((await tableContents(service))['customers'] ?? [])).toEqual(lasting(updated));
    // The first job stands behind two others by now.
    expect((await follow(tenant.api, first.jobId, 'undo')).counters).toMatchObject({ updated: 0, failed: rows });
  }, 180_000);

  it('deletes the customers it created, and frees their numbers; undoing that brings them back with their contacts', async () => {
    const book = await xlsxOf({
      Customers: [
        ['legalName', 'uniqueRefNo'],
        ['Made', 'MADE-1'],
        ['Also made', 'MADE-2'],
      ],
      Contacts: [
        ['uniqueRefNo', 'name', 'legalName', 'mobile'],
        ['MADE-1', 'Asha', 'Asha Rao', '9812345678'],
      ],
    });
    const { jobId } = await bulk(tenant.api, CREATE, book, { fileName: 'made.xlsx' });
    const before = await tableContents(service);
    const search = async (uniqueRefNo: string) =>
      (await tenant.api.post('/api/v0/customer/search').send({ uniqueRefNo }).expect(200)).body.payload.items;
    const undo = await follow(tenant.api, jobId, 'undo');
    expect(undo.counters).toMatchObject({ received: 2, updated: 2 });
    expect(await search('MADE-1')).toEqual([]);

    const redo = await follow(tenant.api, undo.jobId, 'undo');
    expect(redo.counters).toMatchObject({ updated: 2 });
    const [made] = await search('MADE-1');
    expect(made.customerKeyContacts).toMatchObject([{ name: 'Asha' }]);
    const after = await tableContents(service);
    for (const table of ['customers', 'customer_contacts']) {
      expect(lasting(after[table] ?? [])).toEqual(lasting(before[table] ?? []));
    }

    await follow(tenant.api, redo.jobId, 'undo');
    await bulk(
      tenant.api,
      CREATE,
      csvOf([
        ['legalName', 'uniqueRefNo'],
        ['Somebody else', 'MADE-2'],
      ]),
    );
    const [undone] = await rowsOf(tenant.api, redo.jobId);
    expect(undone.outcome).toBe('updated');
    const blocked = await tenant.api.get(`${JOBS}?limit=2`);
    const lastUndo = blocked.body.payload.items.find(({ target }: any) => target.startsWith('undo:')).jobId;
    const failed = await follow(tenant.api, lastUndo, 'undo');
    expect(failed.counters).toMatchObject({ updated: 1, failed: 1 });
    const [row] = await rowsOf(tenant.api, failed.jobId, 'failed');
    expect(row.errors[0].code).toBe('DUPLICATE_VALUE');
  });

  it('brings back changed, added and deleted contacts', async () => {
    const contacts = (...rows: string[][]) =>
      csvOf([['uniqueRefNo', 'name', 'legalName', 'mobile', 'deleted'], ...rows]);
    await bulk(
      tenant.api,
      CREATE,
      csvOf([
        ['legalName', 'uniqueRefNo'],
        ['With contacts', 'K-1'],
      ]),
    );
    const update = (rows: Buffer) =>
      bulk(
        tenant.api,
        UPDATE,
        csvOf([
          ['uniqueRefNo', 'legalName'],
          ['K-1', ''],
        ]),
        { contacts: rows },
      );
    await update(contacts(['K-1', 'One', 'One A', '9812345671', ''], ['K-1', 'Two', 'Two B', '9812345672', '']));
    const shown = async () =>
      (await tenant.api.post('/api/v0/customer/search').send({ uniqueRefNo: 'K-1' })).body.payload.items[0]
        .customerKeyContacts;
    const before = await shown();
    const { jobId } = await update(
      contacts(
        ['K-1', 'Uno', 'One A', '9812345671', ''],
        ['K-1', 'Two', 'Two B', '9812345672', 'true'],
        ['K-1', 'Three', 'Three C', '9812345673', ''],
      ),
    );
    expect(await rowsOf(tenant.api, jobId, 'failed')).toEqual([]);
    expect((await shown()).map(({ name }: any) => name)).toEqual(['Uno', 'Three']);
    const undo = await follow(tenant.api, jobId, 'undo');
    expect(undo.counters).toMatchObject({ updated: 1, failed: 0 });
    expect(await shown()).toEqual(before);
    await follow(tenant.api, undo.jobId, 'undo');
    expect((await shown()).map(({ name }: any) => name)).toEqual(['Uno', 'Three']);
  });

  it('brings back customers of the commerce API with addresses, parents and sealed numbers', async () => {
    const item = {
      source: 'UNDO',
      sourceId: 1,
      language: 'en',
      lastName: 'Old',
      ssn: '123-45-6789',
      addresses: [sampleAddress()],
    };
    const parents = [{ source: 'UNDO', sourceId: 2, language: 'en', lastName: 'Parent' }];
    const made = await upsert(tenant.api, item, ...parents);
    const [id = 0] = idsOf(made);
    const addresses = async () =>
      (await tenant.api.get(`/customers/id/${id}/addresses`).expect(200)).body.data.map(
        ({ id: _, ...rest }: any) => rest,
      );
    const before = await readCustomer(tenant.api, id);
    const addressesBefore = await addresses();
    const { jobId } = await upsert(
      tenant.api,
      {
        source: 'UNDO',
        sourceId: 1,
        language: 'en',
        lastName: 'New',
        firstName: 'Given',
        ssn: null,
        parent: { source: 'UNDO', sourceId: 2 },
      },
      {
        source: 'UNDO',
        sourceId: 1,
        language: 'en',
        addresses: [sampleAddress({ city: 'Elsewhere' }), sampleAddress({ code: '2', isDefault: 'N' })],
      },
    );
    const changed = await readCustomer(tenant.api, id);
    expect(changed).toMatchObject({ lastName: 'New', ssn: null });
    const addressesChanged = await addresses();
    expect(addressesChanged).toHaveLength(2);

    const undo = await follow(tenant.api, jobId, 'undo');
    expect(undo.counters).toMatchObject({ received: 1, updated: 1 });
    expect(lastingMembers(await readCustomer(tenant.api, id))).toEqual(lastingMembers(before));
    expect(await addresses()).toEqual(addressesBefore);
    await follow(tenant.api, undo.jobId, 'undo');
    expect(lastingMembers(await readCustomer(tenant.api, id))).toEqual(lastingMembers(changed));
    expect(await addresses()).toEqual(addressesChanged);
  });

  it('of a job that added a contact, changed and deleted it changes nothing', async () => {
    const header = ['uniqueRefNo', 'name', 'legalName', 'mobile', 'deleted'];
    const contacts = (...rows: string[][]) => csvOf([header, ...rows.map((row) => ['UNDO-C', ...row])]);
    const customer = csvOf([
      ['uniqueRefNo', 'legalName'],
      ['UNDO-C', 'With contacts'],
    ]);
    const stays = contacts(['Stays', 'Stays Here', '9812345671', '']);
    await bulk(tenant.api, CREATE, customer, { contacts: stays });
    const passing = contacts(
      ['Came', 'Came And Went', '9812345672', ''],
      ['Called', 'Came And Went', '9812345672', ''],
      ['Called', 'Came And Went', '9812345672', 'true'],
    );
    const { jobId } = await bulk(tenant.api, UPDATE, customer, { contacts: passing });
    const { counters } = await follow(tenant.api, jobId, 'undo');
    expect(counters).toMatchObject({ received: 1, updated: 0, unchanged: 1 });
  });

  it('of a job that changed a sealed number there and back changes nothing', async () => {
    const item = { source: 'UNDO', sourceId: 3, language: 'en', ssn: '123-45-6789' };
    const [id = 0] = idsOf(await upsert(tenant.api, item));
    const { jobId } = await upsert(tenant.api, { ...item, ssn: '987-65-4321' }, item);
    const before = await readCustomer(tenant.api, id);
    expect((await follow(tenant.api, jobId, 'undo')).counters).toMatchObject({ received: 1, updated: 0, unchanged: 1 });
    expect(await readCustomer(tenant.api, id)).toEqual(before);
  });

  it('brings back campaign records: merged, added, and added again', async () => {
    const campaignId = await createLeads(tenant.api, 3);
    const [{ id: first }] = [{ id: 'lead_0' }];
    const before = await readRecord(tenant.api, campaignId, first);
    const { jobId } = await updateRecords(tenant.api, campaignId, [
      { id: first, data: { note: 'one', deep: { a: 1 } } },
      { id: first, data: { note: 'two', deep: { b: 2 } } },
    ]);
    const merged = await readRecord(tenant.api, campaignId, first);
    const undo = await follow(tenant.api, jobId, 'undo');
    expect(undo.counters).toMatchObject({ received: 1, updated: 1 });
    expect((await readRecord(tenant.api, campaignId, first)).data).toEqual(before.data);
    await follow(tenant.api, undo.jobId, 'undo');
    expect((await readRecord(tenant.api, campaignId, first)).data).toEqual(merged.data);

    const added = await addRecords(tenant.api, campaignId, [lead('lead_new')]);
    const document = (await readRecord(tenant.api, campaignId, 'lead_new')).data;
    const removal = await follow(tenant.api, added.jobId, 'undo');
    expect(removal.counters).toMatchObject({ updated: 1 });
    await tenant.api.get('/api/v1/customer-data').query({ campaignId, id: 'lead_new' }).expect(404);
    await follow(tenant.api, removal.jobId, 'undo');
    expect((await readRecord(tenant.api, campaignId, 'lead_new')).data).toEqual(document);
  });

  it('brings back a member without a name, and nothing else of its record', async () => {
    const campaignId = await createLeads(tenant.api, 1, { note: 'keep me', '': { a: 1 } });
    const before = (await readRecord(tenant.api, campaignId, 'lead_0')).data;
    for (const data of [{ '': 'x' }, { '': null }, { '': { a: 1, b: 2 }, other: 1 }]) {
      const { jobId } = await updateRecords(tenant.api, campaignId, [{ id: 'lead_0', data }]);
      expect((await follow(tenant.api, jobId, 'undo')).counters).toMatchObject({ updated: 1, failed: 0 });
      expect((await readRecord(tenant.api, campaignId, 'lead_0')).data).toEqual(before);
    }
  });

  it('keeps what a single request changed since, and says who did', async () => {
    await bulk(
      tenant.api,
      CREATE,
      csvOf([
        ['legalName', 'uniqueRefNo'],
        ['Mine', 'S-1'],
      ]),
    );
    const { jobId, successRequests } = await bulk(
      tenant.api,
      UPDATE,
      csvOf([
        ['uniqueRefNo', 'legalName'],
        ['S-1', 'Theirs'],
      ]),
    );
    const { customerId } = successRequests[0];
    await tenant.api.patch(`/api/v0/customer/${customerId}`).send({ pinCode: '560001' }).expect(200);
    const undo = await follow(tenant.api, jobId, 'undo');
    const [row] = await rowsOf(tenant.api, undo.jobId);
    expect(row).toMatchObject({ outcome: 'failed', recordId: customerId, errors: [{ code: 'CHANGED_SINCE' }] });
    expect(row.errors[0].message).toMatch(/key:key_/);
  });

  it('stands in the history of its records', async () => {
    const { jobId, successRequests } = await bulk(tenant.api, CREATE, csvOf([['legalName'], ['Told']]));
    const changed = await bulk(
      tenant.api,
      UPDATE,
      csvOf([
        ['customerId', 'legalName'],
        [successRequests[0].customerId, 'Retold'],
      ]),
    );
    const undo = await follow(tenant.api, changed.jobId, 'undo');
    const { items } = (await tenant.api.get(`/api/v0/customer/${successRequests[0].customerId}/history`)).body.payload;
    expect(items.map((item: any) => [item.jobId, item.version])).toEqual([
      [undo.jobId, 3],
      [changed.jobId, 2],
      [jobId, 1],
    ]);
    expect(items[0].changes).toEqual([{ field: 'legalName', from: 'Retold', to: 'Told' }]);
  });

  it('that changed nothing is refused', async () => {
    const { jobId } = await bulk(
      tenant.api,
      UPDATE,
      csvOf([
        ['uniqueRefNo', 'legalName'],
        ['NOBODY', 'X Y'],
      ]),
    );
    const { body } = await tenant.api.post(`${JOBS}/${jobId}/undo`).expect(409);
    expect(body.errorResponse.errorMessage).toContain('changed nothing');
  });
});
