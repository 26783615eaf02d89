import { createHash } from 'node:crypto';
import { copyFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Injectable } from '@nestjs/common';
import { BulkService } from '../bulk/bulk.service';
import { CUSTOMER_CREATE } from '../bulk/customers/customer.importers';
import { JobFiles } from '../bulk/files/job-files';
import type { BulkJob } from '../bulk/jobs/bulk-job.entity';
import { Company } from '../platform/companies/company.entity';

const CUSTOMERS_CSV = join(__dirname, 'customers.csv');

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
    const { job } = await this.bulk.importFile(
      {
        companyRef: company.id,
        createdBy: 'demo',
        family: 'receivables',
        target: CUSTOMER_CREATE,
        options: { duplicates: 'first' },
      },
      { file: { path, fileName: 'demo-customers.csv', sha256 }, contacts: null },
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
