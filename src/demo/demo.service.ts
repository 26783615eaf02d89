import { readFile, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Injectable } from '@nestjs/common';
import { CampaignService } from '../campaign/campaign.service';
import { CompanyService } from '../platform/companies/company.service';
import { AppConfig } from '../platform/config/app-config';
import { DEMO_CAMPAIGN } from './demo-campaign';
import { DemoImport } from './demo-import';
import { DemoCredentials, DemoCredentialService } from './demo-credentials';

const LISTED_CUSTOMERS = 10;

/** Content of `DATA_DIR/demo.json`. */
interface DemoFile extends DemoCredentials {
  readonly baseUrl: string;
  readonly companyId: string;
  readonly customerIds: readonly string[];
  readonly campaignId: string;
}

/**
 * Fills an empty database with something to try: a company tree, 1,000 customers that come in as a file through the bulk
 * engine like anybody's, and the campaign of the published example. Never in production.
 */
@Injectable()
export class DemoService {
  private readonly path: string;

  constructor(
    private readonly config: AppConfig,
    private readonly companies: CompanyService,
    private readonly credentials: DemoCredentialService,
    private readonly campaigns: CampaignService,
    private readonly work: DemoImport,
  ) {
    this.path = resolve(config.dataDir, 'demo.json');
  }

  /** Loads the demo data and writes its access file, unless there is data already. @param baseUrl where the API will be */
  async load(baseUrl: string): Promise<void> {
    if (!this.config.demoData || (await this.companies.count()) > 0) return;
    console.error('Loading demo data through the bulk engine …');
    const root = await this.companies.create('Demo Holdings', null);
    await this.companies.create('Demo Retail', root);
    await this.companies.create('Demo Wholesale', root);
    const customerIds = await this.work.run(root, LISTED_CUSTOMERS);
    await this.campaigns.create(root.id, 'demo', DEMO_CAMPAIGN);
    const credentials = await this.credentials.create(root);
    const { campaignId } = DEMO_CAMPAIGN;
    await this.write({ baseUrl, ...credentials, companyId: root.companyId, customerIds, campaignId });
  }

  /** Puts the address the service got into the access file, where there is one; gives the path of that file. */
  async publish(baseUrl: string): Promise<string | null> {
    const text = await readFile(this.path, 'utf8').catch(() => null);
    if (text === null) return null;
    const file = JSON.parse(text) as DemoFile;
    if (file.baseUrl !== baseUrl) await this.write({ ...file, baseUrl });
    return this.path;
  }

  private async write(file: DemoFile): Promise<void> {
    await writeFile(this.path, `${JSON.stringify(file, null, 2)}\n`, { mode: 0o600 });
  }
}
