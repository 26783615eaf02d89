import type { Browser, Locator } from 'playwright-core';
import { createDatabase, TestDatabase } from '../support/engines';
import { Program, startProgram } from '../support/program';
import { describeBrowser, DocsPage, execute, launchBrowser } from './docs-page';

describeBrowser('the campaign routes in Swagger UI', () => {
  let database: TestDatabase;
  let program: Program;
  let browser: Browser;
  let docs: DocsPage;
  const executed = new Set<string>();

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

  /** Opens an operation and executes it as it stands there. */
  async function tryOut(operationId: string): Promise<{ status: string; body: any; block: Locator }> {
    executed.add(operationId);
    const block = await docs.expand(operationId);
    const answer = await execute(block);
    await docs.picture(operationId);
    return { ...answer, block };
  }

  async function choose(block: Locator, example: string): Promise<void> {
    await block.locator('.opblock-section-request-body .examples-select-element').selectOption({ label: example });
  }

  const parameter = (block: Locator, name: string) => block.locator(`tr[data-param-name="${name}"] input`);

  it('groups them, records first, and says what they are about', async () => {
    const tags = await docs.page
      .locator('.opblock-tag')
      .evaluateAll((all) => all.map((tag) => tag.getAttribute('data-tag')));
    expect(tags.filter((tag) => tag?.startsWith('campaign'))).toEqual(['campaign: records', 'campaign: campaigns']);
    const introduction = await docs.page.locator('.information-container').innerText();
    expect(introduction).toContain('Three APIs.');
    expect(introduction).toContain('PUT /api/v1/customer-data/bulk');
  });

  it('updates records in bulk with the published example, as it stands there', async () => {
    const { status, body, block } = await tryOut('bulkUpdateCampaignRecords');
    expect([status, body]).toEqual([
      '200',
      {
        success: true,
        message: 'Updated 2 of 2 records',
        results: {
          total: 2,
          valid: 2,
          invalid: 0,
          successful: 2,
          failed: 0,
          retried: 0,
          batchesProcessed: 1,
          errors: [],
        },
      },
    ]);
    expect(await bodyOf(block).inputValue()).toMatch(/camp_abc123[^]*loan_12345[^]*loan_67890/);
    expect(await block.locator('.live-responses-table').innerText()).toMatch(/x-job-id: JOB/);

    const record = { id: 'loan_12345', data: { payment_status: 'overdue' } };
    const records = [record, { ...record, id: 'loan_0' }, { id: 'loan_67890', data: { emi_amount: '3000' } }];
    await bodyOf(block).fill(JSON.stringify({ campaignId: 'camp_abc123', records }));
    const partial = await execute(block);
    expect([partial.status, partial.body.results]).toEqual([
      '207',
      expect.objectContaining({
        successful: 1,
        errors: [{ id: 'loan_0', error: 'document_missing_exception', reason: 'Document not found' }],
        invalidRecords: [expect.objectContaining({ index: 2, id: 'loan_67890' })],
      }),
    ]);

    await choose(block, 'Only if nobody changed the record meanwhile');
    expect(await execute(block)).toMatchObject({ status: '200', body: { success: true } });
    // The record has moved on by the call before.
    expect(await execute(block)).toMatchObject({
      status: '207',
      body: { results: { errors: [{ error: 'version_conflict_engine_exception' }] } },
    });
  });

  it('adds records, reads, lists and changes them, and shows who did what', async () => {
    const added = await tryOut('addCampaignRecord');
    expect([added.status, added.body.data]).toEqual(['201', { id: 'loan_13579', campaignId: 'camp_abc123' }]);
    const many = await tryOut('bulkAddCampaignRecords');
    expect([many.status, many.body.message]).toEqual(['201', 'Added 2 of 2 records']);
    expect(await execute(many.block)).toMatchObject({ status: '207', body: { message: 'Added 0 of 2 records' } });
    await choose(many.block, 'A loan, under the other name of the list');
    expect(await execute(many.block)).toMatchObject({ status: '201', body: { message: 'Added 1 of 1 records' } });

    const listed = await tryOut('getCampaignRecords');
    expect([listed.status, listed.body.pagination]).toEqual(['200', { limit: 100, total: 7, nextCursor: null }]);
    await parameter(listed.block, 'id').fill('loan_12345');
    const one = await execute(listed.block);
    expect([one.status, one.body.data]).toMatchObject(['200', { version: 3, data: { payment_status: 'overdue' } }]);

    const updated = await tryOut('updateCampaignRecord');
    expect([updated.status, updated.body.data]).toEqual(['200', { id: 'loan_12345', result: 'updated', version: 4 }]);
    expect(await execute(updated.block)).toMatchObject({ status: '200', body: { data: { result: 'noop' } } });
    await choose(updated.block, 'Adds an object, takes a member away, under the other name of the id');
    expect(await execute(updated.block)).toMatchObject({ status: '200', body: { data: { id: 'loan_67890' } } });

    const history = await tryOut('listCampaignRecordHistory');
    expect([history.status, history.body.data.map(({ version }: any) => version)]).toEqual(['200', [4, 3, 2, 1]]);
    expect(history.body.data[2]).toMatchObject({ jobId: expect.stringMatching(/^JOB/), row: 1 });
  });

  it('creates, lists, reads, changes and deletes campaigns', async () => {
    const created = await tryOut('createCampaign');
    expect([created.status, created.body.data.name]).toEqual(['201', 'January instalments']);
    await choose(created.block, 'As little as it takes');
    expect(await execute(created.block)).toMatchObject({ status: '201', body: { data: { campaignType: 'lead' } } });

    const listed = await tryOut('listCampaigns');
    expect([listed.status, listed.body.pagination.total]).toEqual(['200', 3]);
    const read = await tryOut('getCampaign');
    expect([read.status, read.body.data]).toEqual(['200', listed.body.data[2]]);
    const updated = await tryOut('updateCampaign');
    expect([updated.status, updated.body.updatedFields]).toEqual(['200', ['endDate', 'languages']]);

    const deleted = await tryOut('deleteCampaign');
    expect([deleted.status, deleted.body.data]).toEqual(['200', { id: 'camp_abc123' }]);
    expect(await execute(read.block)).toEqual({
      status: '403',
      body: { success: false, message: 'Campaign ID invalid or mismatch for your organization.' },
    });
  });

  it('was tried out whole', async () => {
    const blocks = docs.page.locator('.opblock-tag-section:has([data-tag^="campaign:"]) .opblock');
    const ids = await blocks.evaluateAll((all) => all.map((block) => block.id.replace(/^.*-/, '')));
    expect(ids.toSorted()).toEqual([...executed].toSorted());
    expect(executed.size).toBe(11);
  });

  it('asks nobody but the service and complains of nothing but the refused call', () => {
    const complaints = docs.complaints.filter((text) => !text.includes('403'));
    expect({ foreign: docs.foreign, complaints }).toEqual({ foreign: [], complaints: [] });
  });
});
