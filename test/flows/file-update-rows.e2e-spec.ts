import { bulk, Cells, csvOf, faultsOf, UPDATE, warningsOf } from '../support/bulk';
import { createCustomer } from '../support/customers';
import { describeEachEngine } from '../support/engines';
import { rowsOf } from '../support/jobs';
import { RunningService, startService, Tenant } from '../support/service';

const PATH = '/api/v0/customer';
const LONG_EMOJI = '😀'.repeat(201);

describeEachEngine('rows of an update by file', (engine) => {
  let service: RunningService;
  let tenant: Tenant;

  beforeAll(async () => {
    service = await startService(engine);
  });
  beforeEach(async () => {
    tenant = await service.createTenant();
  });
  afterAll(() => service.stop());

  const get = async (id: string) => (await tenant.api.get(`${PATH}/${id}`).expect(200)).body.payload;
  const create = (uniqueRefNo: string, changes: object = {}) => createCustomer(tenant.api, { uniqueRefNo, ...changes });
  const update = (cells: Cells, contacts?: Cells) =>
    bulk(tenant.api, UPDATE, cells, contacts === undefined ? {} : { contacts: csvOf(contacts) });

  it.each([
    ['REQUIRED', 'legalName', '#CLEAR', '#CLEAR'],
    ['INVALID_FORMAT', 'legalName', 'x', 'x'],
    ['INVALID_FORMAT', 'pinCode', '012345', '012345'],
    ['INVALID_FORMAT', 'contactNumber', '12345', '12345'],
    ['INVALID_FORMAT', 'panOrGstin', 'ABC', 'ABC'],
    ['INVALID_FORMAT', 'accountNumber', '1234', '1234'],
    ['INVALID_FORMAT', 'ifsc', 'HDFC', 'HDFC'],
    ['INVALID_FORMAT', 'creditLimit', '1,000.00', '1,000.00'],
    ['INVALID_FORMAT', 'creditLimit', '1.5E+05', '1.5E+05'],
    ['INVALID_FORMAT', 'paymentTermsDays', '30.0', '30.0'],
    ['INVALID_FORMAT', 'paymentTermsDays', '-1', '-1'],
    ['INVALID_FORMAT', 'branchCodes', 'ok;not ok', 'ok;not ok'],
    ['INVALID_FORMAT', 'contactNumber', '9.19876E+11', '9.19876E+11'],
    ['INVALID_FORMAT', 'accountNumber', '1.23457E+15', '1.23457E+15'],
    ['INVALID_FORMAT', 'uniqueRefNo', '1.23457E+15', '1.23457E+15'],
    ['INVALID_FORMAT', 'address', 'bell \u0007', 'bell \u0007'],
    ['TOO_LONG', 'legalName', LONG_EMOJI, LONG_EMOJI],
    ['TOO_LONG', 'address', 'x'.repeat(501), 'x'.repeat(501)],
    ['TOO_LONG', 'uniqueRefNo', 'x'.repeat(51), 'x'.repeat(51)],
    ['STATE_GSTIN_MISMATCH', 'state', 'Kerala', 'Kerala'],
    ['GSTIN_CHECKSUM', 'panOrGstin', '29AAACX1234A2ZT', '29AAACX1234A2ZT'],
    ['IFSC_REQUIRED', 'ifsc', '#CLEAR', null],
  ])('fail with %s for a bad %s, the others being applied', async (code, field, cell, rejectedValue) => {
    const before = await create('A');
    await create('B');
    const answer = await update([
      ['customerId', field, 'assignedAgent'],
      [before.customerId, cell, 'agent-9'],
      [(await create('C')).customerId, '', 'agent-9'],
    ]);
    const message = expect.stringContaining(field);
    expect(answer.failureRequests).toEqual([
      {
        row: 2,
        sheet: 'Customers',
        customerId: before.customerId,
        errors: [{ field, code, message, rejectedValue }],
      },
    ]);
    expect(answer.success_count).toBe(1);
    expect(await get(before.customerId)).toEqual(before);
  });

  it('fail with NOT_FOUND, REQUIRED or INVALID_FORMAT for what names no customer', async () => {
    const answer = await update([
      ['customerId', 'uniqueRefNo', 'address'],
      ['KC00000000000000', '', 'x'],
      ['', 'nobody', 'x'],
      ['', '', 'x'],
      ['KC1', '', 'x'],
      ['#CLEAR', '', 'x'],
    ]);
    expect(faultsOf(answer)).toEqual([
      [2, 'NOT_FOUND', 'customerId'],
      [3, 'NOT_FOUND', 'uniqueRefNo'],
      [4, 'REQUIRED', 'customerId'],
      [5, 'INVALID_FORMAT', 'customerId'],
      [6, 'REQUIRED', 'customerId'],
    ]);
  });

  it('fail with DUPLICATE_VALUE for a number that is another customer’s', async () => {
    const [a, b] = [await create('A'), await create('B')];
    const answer = await update([
      ['customerId', 'uniqueRefNo'],
      [a.customerId, 'B'],
      [b.customerId, 'C'],
    ]);
    expect(faultsOf(answer)).toEqual([[2, 'DUPLICATE_VALUE', 'uniqueRefNo']]);
    const handOver = await update([
      ['customerId', 'uniqueRefNo'],
      [b.customerId, 'D'],
      [a.customerId, 'C'],
    ]);
    expect(handOver.failure_count).toBe(0);
    expect([(await get(a.customerId)).uniqueRefNo, (await get(b.customerId)).uniqueRefNo]).toEqual(['C', 'D']);
  });

  it('fail with CUSTOMER_DELETED for a deleted customer, unless a new one has its number', async () => {
    const { customerId } = await create('A');
    await tenant.api.delete(`${PATH}/${customerId}`).expect(200);
    const header = ['customerId', 'uniqueRefNo', 'address'];
    const answer = await update([header, [customerId, '', 'x'], ['', 'A', 'x']]);
    expect(faultsOf(answer)).toEqual([
      [2, 'CUSTOMER_DELETED', 'customerId'],
      [3, 'CUSTOMER_DELETED', 'uniqueRefNo'],
    ]);
    const successor = await create('A');
    const again = await update([header, ['', 'A', 'of the new one'], [customerId, '', 'x']]);
    expect(faultsOf(again)).toEqual([[3, 'CUSTOMER_DELETED', 'customerId']]);
    expect((await get(successor.customerId)).address).toBe('of the new one');
  });

  it('fail with a list of all their faults, one per field', async () => {
    await create('A');
    const answer = await update([
      ['uniqueRefNo', 'legalName', 'pinCode', 'creditLimit', 'contactNumber'],
      ['A', 'x', '1', '-1', '9.19876E+11'],
    ]);
    expect(answer.failureRequests[0].errors.map(({ field }: any) => field).sort()).toEqual([
      'contactNumber',
      'creditLimit',
      'legalName',
      'pinCode',
    ]);
  });

  it('are applied with the warnings CUSTOMER_INACTIVE and LEGACY_STATE_CODE', async () => {
    const { customerId } = await create('A', { panOrGstin: null, state: null });
    await create('B', { panOrGstin: null, state: null });
    await tenant.api.put(`${PATH}/deactivate/${customerId}`).expect(200);
    const answer = await update([
      ['uniqueRefNo', 'state'],
      ['A', 'Odisha'],
      ['B', 'Orissa'],
    ]);
    expect(warningsOf(answer)).toEqual([
      [2, 'CUSTOMER_INACTIVE'],
      [3, 'LEGACY_STATE_CODE'],
    ]);
    expect(answer.successRequests[1].warnings[0]).toMatchObject({ field: 'state', rejectedValue: 'Orissa' });
    expect(answer.warn_count).toBe(2);
    expect((await get(customerId)).state).toBe('Odisha');
  });

  it('of contacts add, change and delete, each a change of its customer', async () => {
    const before = await create('A', {
      customerKeyContacts: [{ name: 'Old', legalName: 'Old', mobile: '9000000001' }],
    });
    const [{ keyContactPersonId }] = before.customerKeyContacts;
    const answer = await update(
      [
        ['uniqueRefNo', 'address'],
        ['A', 'New'],
      ],
      [
        ['customerId', 'uniqueRefNo', 'keyContactPersonId', 'name', 'legalName', 'mobile', 'sms_enabled', 'deleted'],
        ['', 'A', '', 'Added', 'Added', '+919000000002', 'no', ''],
        [before.customerId, '', keyContactPersonId, 'Renamed', '', '', '', ''],
        ['', 'A', keyContactPersonId, '', '', '', '', 'YES'],
      ],
    );
    expect([answer.total_count, answer.success_count, answer.failure_count_second_file]).toEqual([1, 1, 0]);
    const after = await get(before.customerId);
    expect(after.version).toBe(5);
    expect(after.customerKeyContacts).toEqual([
      expect.objectContaining({ name: 'Added', mobile: '+919000000002', sms_enabled: false }),
    ]);
  });

  it('tell flags of contacts in the names of the API, as a dry run and in the history', async () => {
    const contact = { name: 'Flag', legalName: 'Flag Rao', mobile: '9000000066' };
    const { customerId, customerKeyContacts } = await create('FLAG', { customerKeyContacts: [contact] });
    const cells = csvOf([
      ['customerId', 'address'],
      [customerId, 'x'],
    ]);
    const flags = csvOf([
      ['customerId', 'mobile', 'mail_enabled', 'whatsapp_enabled'],
      [customerId, '9000000066', 'false', 'true'],
    ]);
    const names = ['mail_enabled', 'whatsapp_enabled'].map(
      (flag) => `customerKeyContacts[${customerKeyContacts[0].keyContactPersonId}].${flag}`,
    );
    const dry = await bulk(tenant.api, UPDATE, cells, { contacts: flags, query: { dryRun: 'true' } });
    const told = (await rowsOf(tenant.api, dry.jobId)).find(({ table }) => table === 'Contacts');
    expect(told.changes.map(({ field }: any) => field)).toEqual(names);
    await bulk(tenant.api, UPDATE, cells, { contacts: flags });
    const { items } = (await tenant.api.get(`${PATH}/${customerId}/history`).expect(200)).body.payload;
    expect(items[0].changes.map(({ field }: any) => field)).toEqual(names);
  });

  it('leaves empty cells and absent columns of a contact alone that is found by its mobile number', async () => {
    const contact = { name: 'Old', legalName: 'Old Rao', mobile: '9000000077', via: 'PORTAL' };
    const before = await create('M', { customerKeyContacts: [contact] });
    const empty = [
      ['customerId', 'name', 'legalName', 'mobile'],
      [before.customerId, 'Renamed', '', '9000000077'],
    ];
    expect(
      (
        await update(
          [
            ['customerId', 'address'],
            [before.customerId, 'x'],
          ],
          empty,
        )
      ).failure_count_second_file,
    ).toBe(0);
    const absent = [
      ['customerId', 'mobile', 'email'],
      [before.customerId, '9000000077', 'old@example.com'],
      [before.customerId, '9000000078', 'new@example.com'],
    ];
    const { failureRequests } = await update(
      [
        ['customerId', 'address'],
        [before.customerId, 'y'],
      ],
      absent,
    );
    expect(failureRequests.map(({ row, errors }: any) => [row, errors[0].code, errors[0].field])).toEqual([
      [3, 'REQUIRED', 'name'],
    ]);
    const { customerKeyContacts } = await get(before.customerId);
    expect(customerKeyContacts).toEqual([
      expect.objectContaining({ ...contact, name: 'Renamed', email: 'old@example.com' }),
    ]);
  });

  it('of contacts fail with CONTACT_LIMIT, LAST_CONTACT, NOT_FOUND and REQUIRED', async () => {
    const people = Array.from({ length: 50 }, (_, i) => ({
      name: 'N',
      legalName: 'N',
      mobile: String(9_000_000_000 + i),
    }));
    const full = await create('FULL', { customerKeyContacts: people });
    const one = await create('ONE', { customerKeyContacts: people.slice(0, 1) });
    const longRefNo = await create('😀'.repeat(50));
    const answer = await update(
      [
        ['uniqueRefNo', 'address'],
        ['FULL', 'x'],
      ],
      [
        ['uniqueRefNo', 'keyContactPersonId', 'name', 'legalName', 'mobile', 'email', 'deleted'],
        ['FULL', '', 'N', 'N', '8000000000', '', ''],
        ['ONE', one.customerKeyContacts[0].keyContactPersonId, '', '', '', '', 'true'],
        ['ONE', full.customerKeyContacts[0].keyContactPersonId, 'Stolen', '', '', '', ''],
        ['nobody', '', 'N', 'N', '8000000000', '', ''],
        ['ONE', '', 'N', '', '8000000000', '', ''],
        ['ONE', '', 'N', 'N', '8.0E+09', 'no address', 'perhaps'],
        ['', '', 'N', 'N', '8000000000', '', ''],
        [longRefNo.uniqueRefNo, '', 'N', 'N', '8000000000', '', ''],
      ],
    );
    expect(faultsOf(answer)).toEqual([
      [2, 'CONTACT_LIMIT', 'customerKeyContacts'],
      [3, 'LAST_CONTACT', 'deleted'],
      [4, 'NOT_FOUND', 'keyContactPersonId'],
      [5, 'NOT_FOUND', 'uniqueRefNo'],
      [6, 'REQUIRED', 'legalName'],
      [7, 'INVALID_FORMAT', 'mobile'],
      [8, 'REQUIRED', 'customerId'],
    ]);
    expect(answer.failureRequests.every(({ sheet }: any) => sheet === 'Contacts')).toBe(true);
    expect([answer.failure_count, answer.failure_count_second_file]).toEqual([0, 7]);
    expect(answer.failureRequests[5].errors.map(({ field }: any) => field)).toEqual(['mobile', 'deleted', 'email']);
    expect((await get(longRefNo.customerId)).customerKeyContacts).toHaveLength(1);
    expect((await get(one.customerId)).customerKeyContacts).toEqual(one.customerKeyContacts);
  });
});
