import { createHash } from 'node:crypto';
import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Injectable } from '@nestjs/common';
import { BulkService } from '../bulk/bulk.service';
import { CUSTOMER_CREATE } from '../bulk/customers/customer.importers';
import { JobFiles } from '../bulk/files/job-files';
import type { BulkJob } from '../bulk/jobs/bulk-job.entity';
import { CampaignService } from '../campaign/campaign.service';
import { Company } from '../platform/companies/company.entity';
import { CompanyService } from '../platform/companies/company.service';
import { AppConfig } from '../platform/config/app-config';
import { DEMO_CAMPAIGN } from './demo-campaign';
import { DemoCredentials, DemoCredentialService } from './demo-credentials';

const CUSTOMERS_CSV = join(__dirname, 'customers.csv');
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
    await this.campaigns.create(root.id, DEMO_CAMPAIGN);
    const credentials = await this.credentials.create(root);
    const { campaignId } = DEMO_CAMPAIGN.campaign;
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

/** Runs the bundled customers through the bulk engine and tells the terminal how it goes. */
@Injectable()
export class DemoImport {
  constructor(
    private readonly bulk: BulkService,
    private readonly files: JobFiles,
  ) {}

  /** Gives the ids of the first customers that were created. */
  async run(company: Company, listed: number): Promise<string[]> {
    const path = this.files.newUpload();
    await copyFile(CUSTOMERS_CSV, path);
    const sha256 = createHash('sha256')
      .update(await readFile(path))
      .digest('hex');
    const customerIds: string[] = [];
    const job = await this.bulk.importFile(
      {
        companyRef: company.id,
        createdBy: 'demo',
        family: 'receivables',
        target: CUSTOMER_CREATE,
        upload: { file: { path, fileName: 'demo-customers.csv', sha256 }, contacts: null },
        options: { duplicates: 'first' },
      },
      {
        onProgress: ({ tallies: [main] }) => console.error(`  ${main?.created ?? 0} of ${main?.received ?? 0} rows`),
        onOutcome: ({ recordId }) => {
          if (recordId !== null && customerIds.length < listed) customerIds.push(recordId);
        },
      },
    );
    console.error(`  ${report(job)}`);
    return customerIds;
  }
}

function report({ jobId, tallies: [main], startedAt, finishedAt }: BulkJob): string {
  const ms = (finishedAt?.getTime() ?? 0) - (startedAt?.getTime() ?? 0);
  const { received = 0, created = 0, failed = 0, warned = 0, amount = '0' } = main ?? {};
  return `${jobId}: ${received} rows, ${created} created, ${failed} failed, ${warned} with warnings, credit limits ${amount} in total, ${ms} ms`;
}
