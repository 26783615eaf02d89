import { DataSource } from 'typeorm';
import {
  CustomerHistoryPageSsnColumn,
  CustomerHistorySsnColumn,
  CustomerSsnResealer,
} from '../../src/customer/commerce/customer-ssn.columns';
import { CustomerSsnService } from '../../src/customer/commerce/customer-ssn.service';
import { AuditVerifier } from '../../src/platform/audit/audit-verifier';
import { SCOPES } from '../../src/platform/auth/scopes';
import { UnitOfWork } from '../../src/platform/database/unit-of-work';
import type { SealedColumnOwner } from '../../src/platform/encryption/sealed-column.registry';
import { createCommerceCustomer, rowsOf as storedRows, upsert } from '../support/commerce-items';
import { describeEachEngine } from '../support/engines';
import { RunningService, startService, Tenant } from '../support/service';

const PERSON = { source: 'S', sourceId: 'x1', lastName: 'Secretname', ssn: '536-90-4399' };

/** Keys are rotated while the service runs: what it seals anew may belong to somebody who is erased just then. */
describeEachEngine('an erasure beside a rotation of keys', (engine) => {
  let service: RunningService;
  let tenant: Tenant;
  beforeAll(async () => {
    service = await startService(engine);
  });
  beforeEach(async () => {
    tenant = await service.createTenant({ scopes: SCOPES });
  });
  afterEach(() => jest.restoreAllMocks());
  afterAll(() => service.stop());

  const query = (sql: string): Promise<any[]> => service.app.get(DataSource).query(sql);

  it.each([
    ['entries', CustomerHistorySsnColumn, () => createCommerceCustomer(tenant.api, PERSON)],
    ['pages', CustomerHistoryPageSsnColumn, () => upsert(tenant.api, PERSON)],
  ] as const)('is not undone by what the rotation has read of the history in %s', async (_, Column, create) => {
    await create();
    const [{ customer_id: customerId }] = await storedRows(service, tenant, 'customers');
    // As if all were sealed under a key that is retired.
    jest.spyOn(service.app.get(CustomerSsnService), 'reseal').mockImplementation((_owner, sealed) => `${sealed}x`);
    const resealer = service.app.get(CustomerSsnResealer);
    const open = resealer.open.bind(resealer);
    const erasures: Promise<number>[] = [];
    jest.spyOn(resealer, 'open').mockImplementation(async (...owners) => {
      if (erasures.length === 0) {
        const path = `/api/v0/customer/${customerId}/personal-data`;
        const erase = () => tenant.api.delete(path).then(({ status }) => status);
        erasures.push(service.app.get(UnitOfWork).apart(erase));
      }
      await new Promise((resolve) => setTimeout(resolve, 700));
      return open(...owners);
    });
    const column: SealedColumnOwner = service.app.get(Column);
    await column.reseal(100);
    expect(await Promise.all(erasures)).toEqual([200]);
    const left = JSON.stringify([
      await query('SELECT changes FROM customer_history'),
      await query('SELECT changes FROM customer_history_pages'),
    ]);
    expect(left).toContain('lastName');
    expect(left).not.toContain('Secretname');
    expect(left).not.toMatch(/v\d+\.[^"]*x"/);
    expect(await service.app.get(AuditVerifier).verify()).toMatchObject({ intact: true, faults: [] });
  });
});
