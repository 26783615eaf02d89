import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Browser, chromium, Locator, Page } from 'playwright-core';

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

/** A suite that needs a browser; skipped, not silently, where there is none. */
export const describeBrowser = CHROMIUM === undefined ? describe.skip : describe;

export function launchBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: CHROMIUM, headless: true, args: FLAGS });
}

/** The Swagger page in a browser: what a reader does there, and what the page asked for and complained about. */
export class DocsPage {
  /** Requests to others than the service. */
  readonly foreign: string[] = [];
  readonly complaints: string[] = [];

  private constructor(
    readonly page: Page,
    service: URL,
  ) {
    page.on('request', (request) => {
      const { protocol, host } = new URL(request.url());
      if (protocol !== 'data:' && protocol !== 'blob:' && host !== service.host) this.foreign.push(request.url());
    });
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) this.complaints.push(message.text());
    });
    page.on('pageerror', (error) => this.complaints.push(error.message));
  }

  /** The page of a service, reached under a name of this machine. */
  static async open(browser: Browser, baseUrl: string, host: string): Promise<DocsPage> {
    const base = new URL(baseUrl);
    base.hostname = host;
    const page = await (await browser.newContext({ viewport: { width: 1280, height: 1000 } })).newPage();
    const docs = new DocsPage(page, base);
    await page.goto(new URL('/docs', base).href);
    await page.locator('.opblock').first().waitFor();
    return docs;
  }

  close(): Promise<void> {
    return this.page.context().close();
  }

  async picture(name: string): Promise<void> {
    if (PICTURES !== undefined) await this.page.screenshot({ path: join(PICTURES, `${name}.png`), fullPage: true });
  }

  async authorize(token: string): Promise<void> {
    await this.page.getByRole('button', { name: 'Authorize', exact: true }).first().click();
    const dialog = this.page.locator('.dialog-ux');
    await this.picture('authorize');
    // There are several forms for bearer tokens, told apart by their help.
    const form = dialog.locator('.auth-container', { hasText: 'Paste the' });
    await form.locator('input[type=text], input[type=password]').first().fill(token);
    await form.getByRole('button', { name: 'Apply credentials' }).click();
    await dialog.locator('.close-modal').click();
  }

  /** Opens an operation. */
  async expand(operationId: string): Promise<Locator> {
    const block = this.page.locator(`.opblock[id$="-${operationId}"]`);
    await block.locator('.opblock-summary-control').click();
    await block.getByRole('button', { name: 'Execute' }).waitFor();
    return block;
  }
}

/** Presses "Execute" in an open operation and gives status and body of the answer. */
export async function execute(block: Locator): Promise<{ status: string; body: any }> {
  const row = block.locator('.live-responses-table .response').first();
  if (await row.isVisible()) {
    // The answer before must not be taken for this one.
    await block.getByRole('button', { name: 'Clear' }).click();
    await row.waitFor({ state: 'detached' });
  }
  await block.getByRole('button', { name: 'Execute' }).click();
  await row.waitFor();
  const status = (await row.locator('.response-col_status').innerText()).trim();
  return {
    status: status.slice(0, 3),
    body: JSON.parse(await row.locator('.highlight-code code').first().innerText()),
  };
}
