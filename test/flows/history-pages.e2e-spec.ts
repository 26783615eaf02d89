import { DataSource } from 'typeorm';
import { historyEntry } from '../../src/customer/customer-change';
import { CustomerHistoryRepository } from '../../src/customer/customer-history.repository';
import { SCOPES } from '../../src/platform/auth/scopes';
import { AuditRepository } from '../../src/platform/audit/audit.repository';
import { AuditVerifier } from '../../src/platform/audit/audit-verifier';
import { UnitOfWork } from '../../src/platform/database/unit-of-work';
import { ChunkPage } from '../../src/platform/history/chunk-page';
import { bulk, CREATE, UPDATE, xlsxOf } from '../support/bulk';
import {
  addRecords,
  createLeads,
  HISTORY,
  lead,
  readRecord,
  storedHistory,
  times,
  updateRecords,
} from '../support/campaigns';
import { rowsOf as storedRows, upsert } from '../support/commerce-items';
import { describeEachEngine } from '../support/engines';
import { follow, rowsOf } from '../support/jobs';
import { everythingStored, foundIn } from '../support/stored-texts';
import { RunningService, startService, Tenant } from '../support/service';

const PATH = '/api/v0/customer';

/** What jobs changed stands in pages of the history, what single requests changed in entries of their own. */
describeEachEngine('the history of what jobs and requests changed', (engine) => {
  let service: RunningService;
  let tenant: Tenant;
  beforeAll(async () => {
    service = await startService(engine);
  });
  beforeEach(async () => {
    tenant = await service.createTenant({ scopes: SCOPES });
  });
  afterAll(() => service.stop());

  const query = (sql: string, parameters: unknown[] = []): Promise<any[]> =>
    service.app.get(DataSource).query(sql, parameters);
  const history = async (customerId: string, search: object = {}) =>
    (await tenant.api.get(`${PATH}/${customerId}/history`).query(search).expect(200)).body.payload;
  const verified = () => service.app.get(AuditVerifier).verify();

  /** Creates customers named N-0, N-1 … by a job, and gives their ids. */
  async function createByFile(count: number): Promise<string[]> {
    const rows = times(count, (at) => [`N-${at}`, `Name ${at}`]);
    await bulk(tenant.api, CREATE, [['uniqueRefNo', 'legalName'], ...rows]);
    return (await storedRows(service, tenant, 'customers')).map(({ customer_id }) => customer_id);
  }

  const renameByFile = (names: readonly (readonly [ref: string, name: string])[]) =>
    bulk(tenant.api, UPDATE, [['uniqueRefNo', 'legalName'], ...names]);
  const patch = (customerId: string, legalName: string) =>
    tenant.api.patch(`${PATH}/${customerId}`).send({ legalName }).expect(200);

  it('is one, newest first, in pages of any size', async () => {
    const [customerId = '', other = ''] = await createByFile(3);
    await patch(customerId, 'By request');
    const first = await renameByFile([
      ['N-0', 'By file'],
      ['N-1', 'Other'],
    ]);
    const second = await renameByFile([['N-0', 'By file again']]);
    await patch(customerId, 'At last');
    const { items } = await history(customerId);
    const told = items.map(({ version, jobId, row, changes }: any) => [version, jobId, row, changes.at(-1).to]);
    expect(told).toEqual([
      [5, null, null, 'At last'],
      [4, second.jobId, 2, 'By file again'],
      [3, first.jobId, 2, 'By file'],
      [2, null, null, 'By request'],
      [1, expect.stringMatching(/^JOB/), 2, 'N-0'],
    ]);
    expect((await history(other)).items.map(({ version }: any) => version)).toEqual([2, 1]);

    const singly: unknown[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const page: any = await history(customerId, { limit: 1, ...(cursor && { cursor }) });
      singly.push(...page.items);
      cursor = page.nextCursor;
    }
    expect(singly).toEqual(items);
    const found = await query('SELECT version, row_no FROM customer_changes WHERE company_ref = ? AND row_no IS NULL', [
      tenant.company.id,
    ]);
    expect(found.map(({ version }) => version).sort()).toEqual([2, 5]);
  });

  it('has a row for each chunk of a job, and one for each request', async () => {
    const [customerId = ''] = await createByFile(1_200);
    await patch(customerId, 'By request');
    expect(await storedRows(service, tenant, 'customer_history_pages')).toHaveLength(3);
    expect(await storedRows(service, tenant, 'customer_history')).toHaveLength(1);
    expect(await storedRows(service, tenant, 'customer_changes')).toHaveLength(1_201);
  });

  it('tells all changes of a record that one chunk changed several times', async () => {
    const contact = (name: string, mobile: string) => ['N-0', name, name, mobile];
    const [customerId = ''] = await createByFile(1);
    await renameByFile([['N-0', 'Before']]);
    const book = await xlsxOf({
      Customers: [
        ['uniqueRefNo', 'legalName'],
        ['N-0', 'With contacts'],
      ],
      Contacts: [
        ['uniqueRefNo', 'name', 'legalName', 'mobile'],
        contact('Ann', '9000000001'),
        contact('Bob', '9000000002'),
        contact('Cid', '9000000003'),
      ],
    });
    const { jobId } = await bulk(tenant.api, UPDATE, book);
    const { items } = await history(customerId);
    expect(items.map(({ version, row }: any) => [version, row])).toEqual([
      [6, 4],
      [5, 3],
      [4, 2],
      [3, 2],
      [2, 2],
      [1, 2],
    ]);
    expect((await follow(tenant.api, jobId, 'undo')).counters).toMatchObject({ received: 1, updated: 1 });
    const { body } = await tenant.api.get(`${PATH}/${customerId}`).expect(200);
    expect(body.payload).toMatchObject({ legalName: 'Before', customerKeyContacts: [] });
  });

  it('lets a job be undone behind requests and jobs of other records, and names who changed a record since', async () => {
    await createByFile(3);
    const first = await renameByFile(times(3, (at) => [`N-${at}`, `First ${at}`] as const));
    const second = await renameByFile([['N-1', 'Second']]);
    await upsert(tenant.api, { source: 'S', sourceId: 'new', lastName: 'Other' });
    const undo = await follow(tenant.api, first.jobId, 'undo');
    expect(undo.counters).toMatchObject({ updated: 2, failed: 1 });
    const [kept] = await rowsOf(tenant.api, undo.jobId, 'failed');
    expect(kept.errors[0]).toMatchObject({ code: 'CHANGED_SINCE' });
    expect(kept.errors[0].message).toContain(`because ${second.jobId} changed the record`);
    const names = (await storedRows(service, tenant, 'customers')).map(({ legal_name }) => legal_name);
    expect(names.slice(0, 3)).toEqual(['Name 0', 'Second', 'Name 2']);

    expect((await follow(tenant.api, second.jobId, 'undo')).counters).toMatchObject({ updated: 1, failed: 0 });
    const redo = await follow(tenant.api, undo.jobId, 'undo');
    expect(redo.counters).toMatchObject({ updated: 2, failed: 0 });
  });

  it('names who changed each of many records last, without asking for each of them', async () => {
    const count = 60;
    const ids = await createByFile(count);
    const names = (name: string) => times(count, (at) => [`N-${at}`, `${name} ${at}`] as const);
    const undone = await renameByFile(names('Undone'));
    const second = await renameByFile(names('Second').slice(0, 40));
    const third = await renameByFile(names('Third').slice(10, 30));
    const redone = await follow(tenant.api, third.jobId, 'undo');
    for (const customerId of ids.slice(35, 45)) await patch(customerId, 'By request');
    const select = jest.spyOn(service.app.get(CustomerHistoryRepository), 'listLatest');
    const undo = await follow(tenant.api, undone.jobId, 'undo');
    expect(select).toHaveBeenCalledTimes(1);
    select.mockRestore();
    expect(undo.counters).toMatchObject({ updated: 15, failed: 45 });
    const kept = await rowsOf(tenant.api, undo.jobId, 'failed');
    const blamed = new Map(
      kept.map(({ recordId, errors }) => [recordId, /because (\S+) changed/.exec(errors[0].message)?.[1]]),
    );
    const byKey = blamed.get(ids[44]);
    expect(byKey).toMatch(/^key:/);
    expect(ids.map((customerId) => blamed.get(customerId))).toEqual(
      times(count, (at) => {
        if (at >= 45) return undefined;
        if (at >= 35) return byKey;
        return at >= 10 && at < 30 ? redone.jobId : second.jobId;
      }),
    );
  });

  it('finds a change between two of the same job, behind as many pages as there are', async () => {
    await createByFile(2);
    const [one, other] = await storedRows(service, tenant, 'customers');
    const histories = service.app.get(CustomerHistoryRepository);
    const companyRef = Number(one.company_ref);
    const heads = new Map([one, other].map(({ id, history_page }) => [Number(id), Number(history_page)]));
    await service.app.get(UnitOfWork).run(async (transaction) => {
      /** What a chunk of a job does to some of the two. */
      const change = async (jobId: string, version: number, ...ids: number[]) => {
        const context = { companyRef, changedBy: 'key:test', jobId, at: new Date(2026, 0, version) };
        const page = ChunkPage.of(context);
        for (const id of ids) heads.set(id, page!.take({ id, historyPage: heads.get(id)! }));
        const changes = [{ field: 'legalName', from: null, to: `by ${jobId}` }];
        const entries = ids.map((id) => historyEntry(context, { id, version }, 1, changes));
        await histories.insertMany(transaction, entries, page);
      };
      const [a, b] = [Number(one.id), Number(other.id)];
      await change('JOB-OWN', 2, a, b);
      await change('JOB-FOREIGN', 3, a);
      await change('JOB-LATER', 3, b);
      for (const version of [4, 5, 6]) await change('JOB-OWN', version, a, b);
      const record = (id: number, since: number) => {
        return { id, companyRef, version: 6, since, historyPage: heads.get(id)! };
      };
      const latest = async (since: number) => {
        const records = [record(a, since), record(b, since)];
        const found = await histories.listLatest(transaction, records, ({ jobId }) => jobId !== 'JOB-OWN');
        return [found.get(a), found.get(b)].map((entry) => entry && [entry.version, entry.jobId]);
      };
      expect(await latest(2)).toEqual([
        [3, 'JOB-FOREIGN'],
        [3, 'JOB-LATER'],
      ]);
      expect(await latest(4)).toEqual([undefined, undefined]);
    });
  });

  it('is cut where the changes of a chunk are large, and read and undone all the same', async () => {
    /** Some 8,000 characters. */
    const notes = (at: number, letter: string) =>
      Object.fromEntries(times(4, (part) => [`note_${part}`, `${at} ${letter.repeat(1_900)}`]));
    const campaignId = await createLeads(tenant.api, 2);
    // In another order than the one they are changed in.
    const ids = times(300, (at) => `big_${(at * 7) % 300}`);
    await addRecords(
      tenant.api,
      campaignId,
      ids.map((id, at) => lead(id, notes(at, 'a'))),
    );
    const changes = times(300, (at) => ({ id: `big_${at}`, data: notes(at, 'b') }));
    const { jobId } = await updateRecords(tenant.api, campaignId, changes);
    const pages = await storedRows(service, tenant, 'campaign_record_history_pages');
    const sizes = pages.map(({ changes: told }) => told.length);
    expect(pages).toHaveLength(3 + 5);
    expect(Math.max(...sizes)).toBeLessThan(1_100_000);
    expect(new Set(pages.map(({ page_ref }) => page_ref)).size).toBe(2);

    for (const at of [0, 17, 299]) {
      const { body } = await tenant.api
        .get(HISTORY)
        .query({ campaignId, id: `big_${at}` })
        .expect(200);
      expect(body.data.map(({ version, row }: any) => [version, row])).toEqual([
        [2, at + 1],
        [1, ids.indexOf(`big_${at}`) + 1],
      ]);
      expect(body.data[0].changes.map(({ to }: any) => to)).toEqual(Object.values(notes(at, 'b')));
    }
    const all = await storedHistory(service.app.get(DataSource), campaignId);
    expect(all.filter((change) => change.jobId === jobId)).toHaveLength(300);
    expect((await follow(tenant.api, jobId, 'undo')).counters).toMatchObject({ updated: 300, failed: 0 });
    expect((await readRecord(tenant.api, campaignId, 'big_17')).data).toMatchObject(notes(ids.indexOf('big_17'), 'a'));
    expect(await verified()).toMatchObject({ intact: true, faults: [] });
  });

  it('loses the values of those who are erased at the same time, and of nobody else', async () => {
    const ids = await createByFile(6);
    await renameByFile(times(6, (at) => [`N-${at}`, `Renamed ${at}`] as const));
    const erased = ids.slice(0, 4);
    await Promise.all(erased.map((id) => tenant.api.delete(`${PATH}/${id}/personal-data`).expect(200)));
    const stored = JSON.stringify(await storedRows(service, tenant, 'customer_history_pages'));
    const files = foundIn(
      await everythingStored(service),
      times(4, (at) => `Renamed ${at}`),
    );
    expect(files).toEqual([]);
    const left = times(6, (at) => [`Name ${at}`, `Renamed ${at}`].filter((name) => stored.includes(name)).length);
    expect(left).toEqual([0, 0, 0, 0, 2, 2]);
    expect((await history(ids[5] ?? '')).items.map(({ version }: any) => version)).toEqual([2, 1]);
    expect(await verified()).toMatchObject({ intact: true, faults: [] });
  });

  it('is checked a few pages at a time, and all of them', async () => {
    await createByFile(1);
    for (let at = 0; at < 20; at++) await renameByFile([['N-0', `Name ${at}`]]);
    const list = jest.spyOn(service.app.get(AuditRepository), 'listHistory');
    const { intact, historyRows } = await verified();
    const sizes = await Promise.all(
      list.mock.results.map(async ({ value }, at) => {
        const size: number = (await value).length;
        return String(list.mock.calls[at]?.[1]).endsWith('_pages') ? [size] : [];
      }),
    );
    list.mockRestore();
    const tables = ['customer_history', 'campaign_record_history'].flatMap((table) => [table, `${table}_pages`]);
    const counts = await Promise.all(tables.map((table) => query(`SELECT COUNT(*) AS count FROM ${table}`)));
    expect(intact).toBe(true);
    expect(historyRows).toBe(counts.reduce((sum, [{ count }]) => sum + Number(count), 0));
    expect(sizes.flat().filter((size) => size === 8).length).toBeGreaterThanOrEqual(2);
    expect(Math.max(...sizes.flat())).toBe(8);
  });

  it('is read to an end though somebody made its pages point at one another', async () => {
    const [customerId = ''] = await createByFile(1);
    await renameByFile([['N-0', 'Second']]);
    const pages = await storedRows(service, tenant, 'customer_history_pages');
    const [older, newer] = pages.map(({ page_ref }) => Number(page_ref));
    const circular = String(pages[0].changes).replace(/null\]\n\]$/, `${newer}]\n]`);
    expect(circular).not.toBe(pages[0].changes);
    await query('UPDATE customer_history_pages SET changes = ? WHERE page_ref = ?', [circular, older]);
    expect((await history(customerId)).items.map(({ version }: any) => version)).toEqual([2, 1]);
    expect((await verified()).faults.map(({ fault }) => fault)).toEqual([
      expect.stringMatching(/^row \d+ of|^at least one of the history rows .* of customer_history_pages was changed$/),
    ]);
  });
});
