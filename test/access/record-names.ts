import { randomInt } from 'node:crypto';
import { bulk, csvOf, UPDATE } from '../support/bulk';
import { createCampaign, lead } from '../support/campaigns';
import { createCommerceCustomer } from '../support/commerce-items';
import { createCustomer } from '../support/customers';
import type { Tenant } from '../support/service';

/** What records of a company a request can name, and how. */
export const RECORD_KINDS = [
  'company',
  'customer',
  'uniqueRefNo',
  'contact',
  'numericId',
  'sourceId',
  'debtorId',
  'parentId',
  'parentSourceId',
  'campaign',
  'record',
  'job',
  'rehearsal',
  'card',
] as const;
export type RecordKind = (typeof RECORD_KINDS)[number];

/** Records of one company by the names that requests have for them. */
export type RecordNames = Readonly<Record<RecordKind, string>> & {
  /** The kind this call is about, where it could name a record in several ways. */
  readonly by?: RecordKind;
};

/** Names of the right shape that no record has. */
export const NOBODYS: Readonly<Record<RecordKind, string>> = {
  company: 'CEK0000000',
  customer: 'KC00000000000000',
  uniqueRefNo: 'REF-000000',
  contact: 'KP00000000000000',
  numericId: '999999999',
  sourceId: 'S-000000',
  debtorId: 'D-000000',
  parentId: '999999999',
  parentSourceId: 'S-000000',
  campaign: 'camp_0000000000000000000000',
  record: 'lead-000000',
  job: `JOB${'0'.repeat(26)}`,
  rehearsal: `JOB${'0'.repeat(26)}`,
  card: 'L-000000',
};

/** Makes one record of every kind for a company. Each call makes others. */
export async function createRecords({ api, company }: Tenant): Promise<RecordNames> {
  const number = String(randomInt(100_000, 1_000_000));
  const uniqueRefNo = `REF-${number}`;
  const contact = { name: 'Asha Rao', legalName: 'Asha Rao', mobile: '9812345678' };
  const customer = await createCustomer(api, { uniqueRefNo, customerKeyContacts: [contact] });
  const sourceId = `S-${number}`;
  const debtorId = `D-${number}`;
  const { id } = await createCommerceCustomer(api, { source: 'ERP', sourceId, debtorId, lastName: 'Davis' });
  const record = `lead-${number}`;
  const campaign = await createCampaign(api, { jsonData: [lead(record)] });
  const rows = csvOf([
    ['customerId', 'assignedAgent'],
    [customer.customerId, `agent-${number}`],
  ]);
  const { jobId: job } = await bulk(api, UPDATE, rows);
  const { jobId: rehearsal } = await bulk(api, UPDATE, rows, { query: { dryRun: true } });
  const card = `L-${number}`;
  await bulk(api, '/api/v0/bulk/acme.loyalty', [
    ['cardNumber', 'points'],
    [card, '10'],
  ]);
  return {
    company: company.companyId,
    customer: customer.customerId,
    uniqueRefNo,
    contact: customer.customerKeyContacts[0].keyContactPersonId,
    numericId: String(id),
    sourceId,
    debtorId,
    parentId: String(id),
    parentSourceId: sourceId,
    campaign,
    record,
    job,
    rehearsal,
    card,
  };
}
