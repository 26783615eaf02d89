import { DataSource } from 'typeorm';
import { bulkItems, createCommerceCustomer, refusalOf } from '../support/commerce-items';
import { describeEachEngine } from '../support/engines';
import { follow, rowsOf } from '../support/jobs';
import { RunningService, startService, Tenant } from '../support/service';

const SOURCE = { source: 'S' };
const IDENTITY = { ...SOURCE, sourceId: 'good' };

describeEachEngine('the parent of a customer', (engine) => {
  let service: RunningService;
  let tenant: Tenant;

  beforeAll(async () => {
    service = await startService(engine);
  });
  beforeEach(async () => {
    tenant = await service.createTenant();
  });
  afterAll(() => service.stop());

  const create = async (sourceId: string, fields: object = {}, { api } = tenant): Promise<any> =>
    createCommerceCustomer(api, { ...SOURCE, sourceId, ...fields });
  const post = (item: object) => tenant.api.post('/customers/').send(item);
  const patch = (id: number, change: object) => tenant.api.patch(`/customers/id/${id}`).send(change);
  const get = async (id: number) => (await tenant.api.get(`/customers/id/${id}`).expect(200)).body.data;
  const bulk = (items: object[], by?: 'id') => bulkItems(tenant.api, items, by);
  const verdicts = (data: any[]) => data.map(({ success, error }) => success || error.code);
  const parentChanges = async ({ customerId }: any) => {
    const { body } = await tenant.api.get(`/api/v0/customer/${customerId}/history`).expect(200);
    const all = body.payload.items.flatMap(({ changes }: any) => changes);
    return all.filter(({ field }: any) => field === 'parent').map(({ from, to }: any) => [from, to]);
  };
  /** Customers with the parent each has in the table; fails when somebody stands above himself. */
  const stored = async (): Promise<Map<number, number | null>> => {
    const rows = await service.app
      .get(DataSource)
      .query('SELECT id, parent_ref FROM customers WHERE company_ref = ?', [tenant.company.id]);
    const parents = new Map<number, number | null>(rows.map((row: any) => [row.id, row.parent_ref]));
    for (const id of parents.keys()) {
      let above = parents.get(id) ?? null;
      for (let steps = 0; above !== null; steps++, above = parents.get(above) ?? null) {
        if (above === id || steps > parents.size) throw new Error(`customer ${id} stands above itself`);
      }
    }
    return parents;
  };

  it('is named by its id or by its source and source id, and shown with all three', async () => {
    const parent = await create('top');
    const shown = { id: parent.id, source: 'S', sourceId: 'top' };
    const byId = await create('a', { parent: { id: parent.id } });
    const byNumber = await create('b', { parent: { source: 'S', sourceId: 'top' } });
    const read = [await get(byId.id), await get(byNumber.id)];
    for (const child of [byId, byNumber, ...read]) expect(child.parent).toEqual(shown);
    const other = await create('7');
    const moved = await patch(byId.id, { parent: { source: 'S', sourceId: 7 } }).expect(200);
    expect(moved.body.data).toMatchObject({ version: 2, parent: { id: other.id, source: 'S', sourceId: '7' } });
    const same = await patch(byId.id, { parent: { id: other.id } }).expect(200);
    expect(same.body).toEqual({ ...moved.body, messages: ['Customer unchanged'] });
    expect((await patch(byId.id, { title: 'x' }).expect(200)).body.data.parent.id).toBe(other.id);
    expect((await get(parent.id)).version).toBe(1);
  });

  it('may be a customer of the receivables API', async () => {
    const { body } = await tenant.api.post('/api/v0/customer').send({ legalName: 'Xylo' }).expect(200);
    const found = (await tenant.api.post('/customers/search').send({})).body.data[0];
    expect(found.customerId).toBe(body.payload.customerId);
    const child = await create('a', { parent: { id: found.id } });
    expect(child.parent).toEqual({ id: found.id, source: null, sourceId: null });
  });

  it('stands in the history by its id, from whom to whom', async () => {
    const [first, second] = [await create('top'), await create('other')];
    const child = await create('a', { parent: { id: first.id } });
    await patch(child.id, { parent: { id: second.id } }).expect(200);
    expect(await parentChanges(child)).toEqual([
      [first.id, second.id],
      [null, first.id],
    ]);
    const parent = { ...SOURCE, sourceId: 'b' };
    const [above, below] = await bulk([parent, { ...SOURCE, sourceId: 'c', parent }]);
    expect(await parentChanges(await get(below.id))).toEqual([[null, above.id]]);
    await bulk(
      [second, first].map(({ id }) => ({ id: below.id, parent: { id } })),
      'id',
    );
    expect((await parentChanges(await get(below.id))).slice(0, 2)).toEqual([
      [second.id, first.id],
      [above.id, second.id],
    ]);
  });

  it('is cleared by null', async () => {
    const parent = await create('top');
    const below = { parent: { id: parent.id } };
    const [alone, together] = [await create('a', below), await create('b', below)];
    const cleared = await patch(alone.id, { parent: null }).expect(200);
    expect(cleared.body).toMatchObject({ messages: ['Customer updated'], data: { parent: null, version: 2 } });
    expect(await get(alone.id)).toEqual(cleared.body.data);
    expect((await patch(together.id, { parent: null, title: 'x' }).expect(200)).body.data.parent).toBeNull();
    for (const child of [alone, together]) expect((await parentChanges(child))[0]).toEqual([parent.id, null]);
    expect((await patch(alone.id, { parent: null }).expect(200)).body.messages).toEqual(['Customer unchanged']);
  });

  it('is cleared by null in bulk, by source id and by id', async () => {
    const parent = await create('top');
    const below = { parent: { id: parent.id } };
    const children = [await create('a', below), await create('b', below)];
    await bulk([{ ...SOURCE, sourceId: 'a', parent: null }]);
    await bulk([{ id: children[1].id, parent: null }], 'id');
    for (const { id } of children) expect(await get(id)).toMatchObject({ parent: null, version: 2 });
  });

  it('must be known: 404 for a single request, the error of the item in bulk', async () => {
    const { id } = await create('child');
    const { id: foreign } = await create('foreign', {}, await service.createTenant());
    for (const parent of [
      { id: 999999999 },
      { source: 'S', sourceId: 'no' },
      { id: foreign },
      { source: 'S', sourceId: 'foreign' },
      { source: 's', sourceId: 'child' },
    ]) {
      await refusalOf(60007, post({ ...SOURCE, sourceId: 'new', parent }));
      await refusalOf(60007, patch(id, { title: 'lost', parent }));
      const [bad, good] = await bulk([{ ...SOURCE, sourceId: 'bad', parent }, IDENTITY]);
      expect(bad).toEqual({
        action: 'create',
        id: null,
        key: 'bad',
        lookupKey: 'sourceId',
        success: false,
        error: { code: 60007, type: 'ParentCustomerNotFound', messages: [expect.any(String)] },
      });
      expect(good.success).toBe(true);
    }
    expect(await get(id)).toMatchObject({ title: null, parent: null, version: 1 });
    expect((await stored()).size).toBe(2);
  });

  it('is given by its id or by both halves of its source id', async () => {
    const { id } = await create('top');
    for (const parent of [
      {},
      { source: 'S' },
      { sourceId: 'top' },
      { id: null },
      { id: String(id) },
      { id, name: 'x' },
    ]) {
      await refusalOf(10007, post({ ...SOURCE, sourceId: 'new', parent }));
    }
  });

  it('of several languages is the one of the child’s, else it is not clear which', async () => {
    const english = await create('top', { language: 'en' });
    const parent = { source: 'S', sourceId: 'top' };
    expect((await create('fr0', { language: 'fr', parent })).parent.id).toBe(english.id);
    const german = await create('top', { language: 'de' });
    expect((await create('en', { language: 'en', parent })).parent.id).toBe(english.id);
    expect((await create('de', { language: 'DE', parent })).parent.id).toBe(german.id);
    expect((await create('none', { parent })).parent.id).toBe(english.id);
    await refusalOf(60005, post({ ...SOURCE, sourceId: 'fr', language: 'fr', parent }));
    const items = ['fr', 'de'].map((language) => ({ ...SOURCE, sourceId: 'bulk', language, parent }));
    expect(verdicts(await bulk(items))).toEqual([60005, true]);
    expect((await create('fr', { language: 'fr', parent: { id: german.id } })).parent.id).toBe(german.id);
  });

  it('may be created earlier in the same call, next to its child or a chunk before', async () => {
    const item = (sourceId: number, parent?: number) => ({
      ...SOURCE,
      sourceId,
      ...(parent !== undefined && { parent: { ...SOURCE, sourceId: parent } }),
    });
    const items = Array.from({ length: 1_002 }, (_, index) =>
      item(index, { 1: 0, 2: 1, 1_000: 0, 1_001: 1_000 }[index]),
    );
    const data = await bulk([...items, item(5_000, 5_001), item(5_001)]);
    expect(verdicts(data)).toEqual([...items.map(() => true), 60007, true]);
    const parents = await stored();
    const ids = data.map(({ id }) => id as number);
    expect([1, 2, 1_000, 1_001].map((index) => parents.get(ids[index]!))).toEqual([ids[0], ids[1], ids[0], ids[1_000]]);
    expect([...parents.values()].filter((parent) => parent !== null)).toHaveLength(4);
  });

  /** Customers of which each stands below the one before. */
  const line = async (length: number): Promise<any[]> => {
    const customers: any[] = [];
    for (let index = 0; index < length; index++) {
      const above = customers.at(-1);
      customers.push(await create(`line-${index}`, above && { parent: { id: above.id } }));
    }
    return customers;
  };

  it.each([1, 2, 5])('closes no circle of %d', async (length) => {
    const customers = await line(length);
    const [top, bottom] = [customers[0], customers.at(-1)];
    for (const parent of [{ id: bottom.id }, { source: 'S', sourceId: bottom.sourceId }]) {
      const [message] = await refusalOf(10017, patch(top.id, { title: 'lost', parent }));
      expect(message).toContain('parent');
      expect(verdicts(await bulk([{ ...SOURCE, sourceId: top.sourceId, parent }]))).toEqual([10017]);
      expect(verdicts(await bulk([{ id: top.id, parent }], 'id'))).toEqual([10017]);
    }
    expect(await get(top.id)).toMatchObject({ title: null, parent: null, version: 1 });
    await stored();
  });

  it('closes no circle within one call, of known customers or new ones', async () => {
    const item = (sourceId: string, parent?: string) => ({
      ...SOURCE,
      sourceId,
      ...(parent !== undefined && { parent: { ...SOURCE, sourceId: parent } }),
    });
    const items = [item('a'), item('b', 'a'), item('c', 'b'), item('a', 'c'), item('a', 'a'), item('new', 'new')];
    expect(verdicts(await bulk(items))).toEqual([true, true, true, 10017, 10017, 60007]);
    await stored();
    const ids = (await bulk(['a', 'b', 'c', 'd'].map((id) => item(id)))).map(({ id }) => id as number);
    const below = (child: number, parent: number | null) => ({
      id: ids[child],
      parent: parent === null ? null : { id: ids[parent] },
    });
    // c is taken from under b first, so that b may go below c.
    const turned = await bulk([below(2, null), below(1, 2), below(3, 1), below(2, 3), below(2, 0)], 'id');
    expect(verdicts(turned)).toEqual([true, true, true, 10017, true]);
    const parents = await stored();
    expect(ids.map((id) => parents.get(id))).toEqual([null, ids[2], ids[0], ids[1]]);
  });

  it.each([2, 4])('closes no circle of %d from both ends by two requests at once', async (length) => {
    for (let attempt = 0; attempt < 10; attempt++) {
      const ends = Array.from({ length: 2 }, (_, end) => `${attempt}-${end}`);
      const lines: any[][] = [];
      for (const end of ends) {
        const top = await create(`${end}-top`);
        lines.push(length === 2 ? [top] : [top, await create(end, { parent: { id: top.id } })]);
      }
      const close = (from: any[], to: any[]) => patch(from[0].id, { parent: { id: to.at(-1).id } });
      const answers = await Promise.all([close(lines[0]!, lines[1]!), close(lines[1]!, lines[0]!)]);
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 400]);
    }
    await stored();
  });

  it('closes no circle by undoing a job either: the customer that would stand above itself is kept', async () => {
    const [top, child, bystander] = [await create('top'), await create('child'), await create('bystander')];
    const below = (id: number, parent: object | null) => ({ id, parent });
    await bulk([below(child.id, { id: top.id }), below(bystander.id, { id: top.id })], 'id');
    const freed = await tenant.api
      .post('/customers/bulk/id')
      .send({ customers: [below(child.id, null), below(bystander.id, null)] });
    await bulk([below(top.id, { id: child.id })], 'id');
    const undo = await follow(tenant.api, freed.headers['x-job-id'] ?? '', 'undo');
    expect(undo.counters).toMatchObject({ received: 2, updated: 1, failed: 1 });
    const [refused] = await rowsOf(tenant.api, undo.jobId, 'failed');
    expect(JSON.stringify(refused)).toContain('PARENT_CYCLE');
    const parents = await stored();
    expect([top, child, bystander].map(({ id }) => parents.get(id))).toEqual([child.id, null, top.id]);
  });

  it('is gone when it is deleted, and may be replaced', async () => {
    const [parent, child] = await line(2);
    await tenant.api.delete(`/api/v0/customer/${parent.customerId}`).expect(200);
    expect(await get(child.id)).toEqual({ ...child, parent: null });
    await refusalOf(60007, patch(child.id, { parent: { id: parent.id } }));
    const other = await create('other');
    expect((await patch(child.id, { parent: { id: other.id } }).expect(200)).body.data.parent.id).toBe(other.id);
  });
});
