import type { Browser, Locator } from 'playwright-core';
import { createDatabase, TestDatabase } from '../support/engines';
import { Program, startProgram } from '../support/program';
import { describeBrowser, DocsPage, execute, launchBrowser } from './docs-page';

describeBrowser('the commerce routes in Swagger UI', () => {
  let database: TestDatabase;
  let program: Program;
  let browser: Browser;
  let docs: DocsPage;

  beforeAll(async () => {
    database = await createDatabase('sqlite');
    program = await startProgram(database);
    browser = await launchBrowser();
    docs = await DocsPage.open(browser, program.baseUrl, 'localhost');
    await docs.authorize(program.demo.token);
  }, 180_000);

  afterAll(async () => {
    await browser.close();
    await program.end('SIGTERM');
    await database.remove();
  });

  const bodyOf = (block: Locator) => block.locator('textarea.body-param__text');

  /** Opens an operation and executes it with the example that stands there, or with one that is chosen. */
  async function tryOut(operationId: string, example?: string): Promise<{ status: string; body: any; block: Locator }> {
    const block = await docs.expand(operationId);
    if (example !== undefined) await choose(block, example);
    const answer = await execute(block);
    await docs.picture(operationId);
    return { ...answer, block };
  }

  async function choose(block: Locator, example: string): Promise<void> {
    await block.locator('.opblock-section-request-body .examples-select-element').selectOption({ label: example });
  }

  it('groups them in the order of their use', async () => {
    const tags = await docs.page
      .locator('.opblock-tag')
      .evaluateAll((all) => all.map((tag) => tag.getAttribute('data-tag')));
    const commerce = tags.filter((tag) => tag?.startsWith('commerce'));
    expect(commerce).toEqual(['commerce: customers in bulk', 'commerce: customers', 'commerce: addresses']);
    expect(await docs.page.locator('.information-container').innerText()).toContain('customers:pii');
  });

  it('creates a customer, finds it, changes it, with the examples as they stand there', async () => {
    const created = await tryOut('createCommerceCustomer');
    expect([created.status, created.body.messages]).toEqual(['201', ['Customer created']]);
    expect(created.body.data).toMatchObject({ sourceId: '3002196', language: 'en', ssn: '*******1120', version: 1 });

    const read = await tryOut('getCommerceCustomer');
    expect([read.status, read.body.data]).toEqual(['200', created.body.data]);

    const updated = await tryOut('updateCommerceCustomer');
    expect([updated.status, updated.body.messages]).toEqual(['200', ['Customer updated']]);
    expect(updated.body.data).toMatchObject({ id: created.body.data.id, title: null, version: 2 });

    const found = await tryOut('searchCommerceCustomers');
    expect([found.status, found.body]).toEqual([
      '200',
      expect.objectContaining({ data: [updated.body.data], total: 1 }),
    ]);

    await choose(created.block, 'As little as it takes');
    expect(await bodyOf(created.block).inputValue()).toContain('3002197');
    expect(await execute(created.block)).toMatchObject({ status: '201', body: { data: { sourceId: '3002197' } } });
  });

  it('upserts in bulk by source id, then by the ids it was told', async () => {
    const upserted = await tryOut('upsertCustomersBySourceId');
    const [company, person] = upserted.body.data;
    expect([upserted.status, upserted.body.messages]).toEqual(['200', ['Completed']]);
    expect([company, person]).toMatchObject([
      { action: 'create', key: 4711, lookupKey: 'sourceId', success: true },
      { action: 'update', key: 3002196, lookupKey: 'sourceId', success: true },
    ]);
    expect(await upserted.block.locator('.live-responses-table').innerText()).toMatch(/x-job-id: JOB/);

    const strange = await tryOut('updateCustomersById');
    expect([strange.status, strange.body.messages]).toEqual(['200', ['Completed with errors']]);
    const customers = [{ id: person.id, email: 'miles.mccoy@example.com', parent: { id: company.id } }];
    await bodyOf(strange.block).fill(JSON.stringify({ customers }));
    expect(await execute(strange.block)).toEqual({
      status: '200',
      body: {
        data: [{ action: 'update', id: person.id, key: person.id, lookupKey: 'id', success: true }],
        messages: ['Completed'],
        total: 1,
      },
    });
  });

  it('lists and saves addresses', async () => {
    const saved = await tryOut('saveAddress');
    expect([saved.status, saved.body.data.code]).toEqual(['200', '11234']);
    await choose(saved.block, 'As little as it takes');
    expect(await execute(saved.block)).toMatchObject({ status: '201', body: { messages: ['Address created'] } });

    const many = await tryOut('saveAddresses');
    expect([many.status, many.body]).toMatchObject(['200', { messages: ['Completed'], total: 2 }]);

    const listed = await tryOut('listAddresses');
    expect(listed.status).toBe('200');
    expect(listed.body.data.map(({ type }: any) => type)).toEqual(['delivery', 'invoice']);
  });

  it('asks nobody but the service and has nothing to complain about', () => {
    expect({ foreign: docs.foreign, complaints: docs.complaints }).toEqual({ foreign: [], complaints: [] });
  });
});
