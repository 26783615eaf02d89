import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { createDatabase, TestDatabase } from '../support/engines';
import { Program, startProgram } from '../support/program';
import { describeBrowser, DocsPage, execute, launchBrowser } from './docs-page';

describeBrowser('Swagger UI in a browser', () => {
  let database: TestDatabase;
  let program: Program;
  let client: { clientId: string; clientSecret: string };
  let browser: Browser;
  let folder: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'rollbook-browser-'));
    database = await createDatabase('sqlite');
    program = await startProgram(database);
    client = JSON.parse(readFileSync(join(database.dataDir, 'demo.json'), 'utf8'));
    browser = await launchBrowser();
  }, 180_000);

  afterAll(async () => {
    await browser.close();
    await program.end('SIGTERM');
    await database.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  it.each(['127.0.0.1', 'localhost'])(
    'changes customers from a file and activates one, reached as %s',
    async (host) => {
      const docs = await DocsPage.open(browser, program.baseUrl, host);
      const { page, foreign, complaints } = docs;
      expect(await page.title()).toBe('Rollbook API');
      expect(await page.locator('.information-container').innerText()).toContain('demo.json');
      await docs.picture('docs');
      await docs.authorize(program.demo.token);

      const ids = program.demo.customerIds.slice(0, 3);
      const file = join(folder, 'customers.csv');
      writeFileSync(
        file,
        ['customerId,assignedAgent,creditLimit', ...ids.map((id) => `${id},agent of ${host},1000.25`)].join('\r\n'),
      );
      const update = await docs.expand('bulkUpdate');
      await update.locator('input[type=file]').first().setInputFiles(file);
      const { status, body } = await execute(update);
      await docs.picture('bulk-update');
      expect([status, body.response_code]).toEqual(['200', 0]);
      expect(body.payload).toMatchObject({ total_count: 3, success_count: 3, failure_count: 0, total_amount: 3000.75 });
      expect(await update.locator('.live-responses-table').innerText()).toMatch(/"success_count": 3/);
      expect(new URL(body.payload.success_file_url).hostname).toBe(host);

      const activate = await docs.expand('activateCustomer');
      await activate.getByPlaceholder('customerId').fill(ids[0]!);
      expect(await execute(activate)).toEqual({
        status: '200',
        body: { payload: ids[0], response_code: 0, response_message: 'Success' },
      });
      await docs.picture('activate');
      expect({ foreign, complaints }).toEqual({ foreign: [], complaints: [] });
      await docs.close();
    },
  );

  it('fetches an access token inside the dialog and reads a customer with it', async () => {
    const docs = await DocsPage.open(browser, program.baseUrl, 'localhost');
    const { page, foreign, complaints } = docs;
    await page.getByRole('button', { name: 'Authorize', exact: true }).first().click();
    const form = page.locator('.dialog-ux .auth-container', { hasText: 'clientCredentials' });
    await form.locator('#client_id_clientCredentials').fill(client.clientId);
    await form.locator('#client_secret_clientCredentials').fill(client.clientSecret);
    await form.getByText('select all').click();
    await form.getByRole('button', { name: 'Apply given OAuth2 credentials' }).click();
    await form.getByText('Logout').waitFor();
    await docs.picture('oauth');
    await page.locator('.dialog-ux .close-modal').click();
    const read = await docs.expand('getCustomer');
    await read.getByPlaceholder('customerId').fill(program.demo.customerIds[1]!);
    const { status, body } = await execute(read);
    expect([status, body.payload.customerId]).toEqual(['200', program.demo.customerIds[1]]);
    expect({ foreign, complaints }).toEqual({ foreign: [], complaints: [] });
    await docs.close();
  });

  it('shows the error body of a call without a token', async () => {
    const docs = await DocsPage.open(browser, program.baseUrl, '127.0.0.1');
    const read = await docs.expand('getBulkJob');
    const { status, body } = await execute(read);
    expect([status, body.errorResponse.errorType]).toEqual(['401', 'UNAUTHORIZED']);
    await docs.close();
  });
});
