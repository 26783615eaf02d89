import type { DataSource } from 'typeorm';
import type { Customer } from '../../src/customer/customer.entity';
import { Company } from '../../src/platform/companies/company.entity';
import { randomPublicId } from '../../src/platform/ids/public-id';

/** Stores a company as the tests of the database need one, and gives its id. */
export async function insertCompany(dataSource: DataSource, companyId = randomPublicId('CEK', 7)): Promise<number> {
  const company = {
    companyId,
    name: 'Test',
    defaultLanguage: 'en',
    parentRef: null,
    path: '/1/',
    createdAt: new Date(),
  };
  const { identifiers } = await dataSource.manager.insert(Company, company);
  return Number(identifiers[0]?.['id']);
}

/** A row for the customer table; members given replace those of the sample. */
export function customerRow(companyRef: number, changes: Partial<Customer> = {}): Omit<Customer, 'id'> {
  const at = new Date('2024-10-10T08:34:46.123Z');
  return {
    companyRef,
    customerId: randomPublicId('KC', 14),
    status: 'ACTIVE',
    legalName: 'Xylo Traders',
    uniqueRefNo: null,
    panOrGstin: null,
    contactNumber: null,
    address: null,
    state: null,
    pinCode: null,
    accountNumber: null,
    ifsc: null,
    assignedAgent: null,
    branchCodes: null,
    creditLimit: null,
    paymentTermsDays: null,
    version: 1,
    historyPage: null,
    deletionKey: 0,
    createdAt: at,
    updatedAt: at,
    deletedAt: null,
    ...changes,
  };
}
