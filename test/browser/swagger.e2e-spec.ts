import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Browser, chromium, Locator, Page } from 'playwright-core';
import { createDatabase, TestDatabase } from '../support/engines';
import { Program, startProgram } from '../support/program';

const CHROMIUM = [process.env['CHROMIUM_PATH'] ?? '', '/usr/bin/chromium'].find(
  (path) => path !== '' && existsSync(path),
);

/** Set to keep pictures of the page in that folder. */
const PICTURES = process.env['SCREENSHOT_DIR'];

/** A browser that asks nobody but the service, and may run as root. */
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

if (CHROMIUM === undefined) {
  console.warn(
    '\n*** No Chromium: neither CHROMIUM_PATH nor /usr/bin/chromium is there. The browser tests are SKIPPED. ***\n',
  );
}
const describeBrowser = CHROMIUM === undefined ? describe.skip : describe;

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
    browser = await chromium.launch({ executablePath: CHROMIUM, headless: true, args: FLAGS });
  }, 180_000);

  afterAll(async () => {
    await browser.close();
    await program.end('SIGTERM');
    await database.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  /** The page under a name of this machine, and what it asked for and complained about. */
  async function openDocs(host: string): Promise<{ page: Page; foreign: string[]; complaints: string[] }> {
    const base = new URL(program.baseUrl);
    base.hostname = host;
    const page = await (await browser.newContext({ viewport: { width: 1280, height: 1000 } })).newPage();
    const foreign: string[] = [];
    const complaints: string[] = [];
    page.on('request', (request) => {
      const { protocol, host: asked } = new URL(request.url());
      if (protocol !== 'data:' && protocol !== 'blob:' && asked !== base.host) foreign.push(request.url());
    });
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.goto(new URL('/docs', base).href);
    await page.locator('.opblock').first().waitFor();
    return { page, foreign, complaints };
  }

  async function picture(page: Page, name: string): Promise<void> {
    if (PICTURES !== undefined) await page.screenshot({ path: join(PICTURES, `${name}.png`), fullPage: true });
  }

  async function authorize(page: Page): Promise<void> {
    await page.getByRole('button', { name: 'Authorize', exact: true }).first().click();
    const dialog = page.locator('.dialog-ux');
    await picture(page, 'authorize');
    await dialog
      .locator('.auth-container', { hasText: 'bearer' })
      .locator('input[type=text], input[type=password]')
      .first()
      .fill(program.demo.token);
    await dialog
      .locator('.auth-container', { hasText: 'bearer' })
      .getByRole('button', { name: 'Apply credentials' })
      .click();
    await dialog.locator('.close-modal').click();
  }

  /** Opens an operation of the page. */
  async function expand(page: Page, operationId: string): Promise<Locator> {
    const block = page.locator(`.opblock[id$="-${operationId}"]`);
    await block.locator('.opblock-summary-control').click();
    await block.getByRole('button', { name: 'Execute' }).waitFor();
    return block;
  }

  /** Presses "Execute" and gives status and body of the answer. */
  async function execute(block: Locator): Promise<{ status: string; body: any }> {
    await block.getByRole('button', { name: 'Execute' }).click();
    const row = block.locator('.live-responses-table .response').first();
    await row.waitFor();
    const status = (await row.locator('.response-col_status').innerText()).trim();
    return {
      status: status.slice(0, 3),
      body: JSON.parse(await row.locator('.highlight-code code').first().innerText()),
    };
  }

  it.each(['127.0.0.1', 'localhost'])(
    'changes customers from a file and activates one, reached as %s',
    async (host) => {
      const { page, foreign, complaints } = await openDocs(host);
      expect(await page.title()).toBe('Rollbook API');
      expect(await page.locator('.information-container').innerText()).toContain('demo.json');
      await picture(page, 'docs');
      await authorize(page);

      const ids = program.demo.customerIds.slice(0, 3);
      const file = join(folder, 'customers.csv');
      writeFileSync(
        file,
        ['customerId,assignedAgent,creditLimit', ...ids.map((id) => `${id},agent of ${host},1000.25`)].join('\r\n'),
      );
      const update = await expand(page, 'bulkUpdate');
      await update.locator('input[type=file]').first().setInputFiles(file);
      const { status, body } = await execute(update);
      await picture(page, 'bulk-update');
      expect([status, body.response_code]).toEqual(['200', 0]);
      expect(body.payload).toMatchObject({ total_count: 3, success_count: 3, failure_count: 0, total_amount: 3000.75 });
      expect(await update.locator('.live-responses-table').innerText()).toMatch(/"success_count": 3/);
      expect(new URL(body.payload.success_file_url).hostname).toBe(host);

      const activate = await expand(page, 'activateCustomer');
      await activate.getByPlaceholder('customerId').fill(ids[0]!);
      expect(await execute(activate)).toEqual({
        status: '200',
        body: { payload: ids[0], response_code: 0, response_message: 'Success' },
      });
      await picture(page, 'activate');
      expect({ foreign, complaints }).toEqual({ foreign: [], complaints: [] });
      await page.context().close();
    },
  );

  it('fetches an access token inside the dialog and reads a customer with it', async () => {
    const { page, foreign, complaints } = await openDocs('localhost');
    await page.getByRole('button', { name: 'Authorize', exact: true }).first().click();
    const form = page.locator('.dialog-ux .auth-container', { hasText: 'clientCredentials' });
    await form.locator('#client_id_clientCredentials').fill(client.clientId);
    await form.locator('#client_secret_clientCredentials').fill(client.clientSecret);
    await form.getByText('select all').click();
    await form.getByRole('button', { name: 'Apply given OAuth2 credentials' }).click();
    await form.getByText('Logout').waitFor();
    await picture(page, 'oauth');
    await page.locator('.dialog-ux .close-modal').click();
    const read = await expand(page, 'getCustomer');
    await read.getByPlaceholder('customerId').fill(program.demo.customerIds[1]!);
    const { status, body } = await execute(read);
    expect([status, body.payload.customerId]).toEqual(['200', program.demo.customerIds[1]]);
    expect({ foreign, complaints }).toEqual({ foreign: [], complaints: [] });
    await page.context().close();
  });

  it('shows the error body of a call without a token', async () => {
    const { page } = await openDocs('127.0.0.1');
    const read = await expand(page, 'getBulkJob');
    const { status, body } = await execute(read);
    expect([status, body.errorResponse.errorType]).toEqual(['401', 'UNAUTHORIZED']);
    await page.context().close();
  });
});
