import { createCustomer } from '../support/customers';
import { describeEachEngine } from '../support/engines';
import { refusedFields } from '../support/refusals';
import { RunningService, startService, Tenant } from '../support/service';

const PATH = '/api/v0/customer';

function contact(index: number, changes: object = {}) {
  return { name: `Name ${index}`, legalName: `Legal ${index}`, mobile: String(9_000_000_000 + index), ...changes };
}

function contacts(count: number) {
  return Array.from({ length: count }, (_, index) => contact(index));
}

describeEachEngine('contacts and reminders', (engine) => {
  let service: RunningService;
  let tenant: Tenant;

  beforeAll(async () => {
    service = await startService(engine);
  });
  beforeEach(async () => {
    tenant = await service.createTenant();
  });
  afterAll(() => service.stop());

  const patch = (id: string, change: object) => tenant.api.patch(`${PATH}/${id}`).send(change);
  const patched = async (id: string, change: object) => (await patch(id, change).expect(200)).body.payload;
  const create = (count: number) => createCustomer(tenant.api, { customerKeyContacts: contacts(count) });

  it('are stored with the customer, flags as a new contact has them', async () => {
    const { customerKeyContacts } = await create(1);
    expect(customerKeyContacts).toEqual([
      {
        ...contact(0),
        keyContactPersonId: expect.stringMatching(/^KP[A-Z0-9]{14}$/),
        email: null,
        mail_enabled: true,
        sms_enabled: true,
        whatsapp_enabled: false,
        via: null,
        deleted: false,
      },
    ]);
  });

  it('are added by a PATCH without touching the others', async () => {
    const before = await create(2);
    const after = await patched(before.customerId, { customerKeyContacts: [contact(7, { email: 'a@b.example' })] });
    expect(after.customerKeyContacts.slice(0, 2)).toEqual(before.customerKeyContacts);
    expect(after.customerKeyContacts[2]).toMatchObject(contact(7, { email: 'a@b.example' }));
    expect(after.version).toBe(2);
  });

  it('are changed by id, members left out staying as they are and null clearing', async () => {
    const full = contact(0, { email: 'a@b.example', via: 'PORTAL', sms_enabled: false });
    const before = await createCustomer(tenant.api, { customerKeyContacts: [full, contact(1)] });
    const [first, second] = before.customerKeyContacts;
    const { keyContactPersonId } = first;
    const changes = { keyContactPersonId, name: 'Renamed', email: null, whatsapp_enabled: true };
    const after = await patched(before.customerId, { customerKeyContacts: [changes] });
    expect(after.customerKeyContacts).toEqual([{ ...first, ...changes }, second]);
  });

  it('are found by their mobile number when no id is given, so that nobody is added twice', async () => {
    const before = await create(1);
    const again = await patched(before.customerId, { customerKeyContacts: [contact(0)] });
    expect(again).toEqual(before);
    const renamed = await patched(before.customerId, { customerKeyContacts: [contact(0, { name: 'New name' })] });
    expect(renamed.customerKeyContacts).toEqual([{ ...before.customerKeyContacts[0], name: 'New name' }]);
    const twice = [contact(5), contact(5, { name: 'Second' })];
    const both = await patched(before.customerId, { customerKeyContacts: twice });
    expect(both.customerKeyContacts.map(({ name }: any) => name)).toEqual(['New name', 'Second']);
  });

  it('disappear by their delete flag', async () => {
    const before = await create(2);
    const [{ keyContactPersonId }, kept] = before.customerKeyContacts;
    const after = await patched(before.customerId, { customerKeyContacts: [{ keyContactPersonId, deleted: true }] });
    expect(after.customerKeyContacts).toEqual([kept]);
    const again = patch(before.customerId, { customerKeyContacts: [{ keyContactPersonId, name: 'Back' }] });
    expect(await refusedFields(again)).toEqual(['customerKeyContacts[0].keyContactPersonId']);
  });

  it('are deleted by their mobile number once, and there must be one with it', async () => {
    const { customerId } = await create(2);
    const deletion = { customerKeyContacts: [contact(0, { deleted: true })] };
    const after = await patched(customerId, deletion);
    expect([after.customerKeyContacts.length, after.version]).toEqual([1, 2]);
    expect(await refusedFields(patch(customerId, deletion))).toEqual(['customerKeyContacts[0].mobile']);
    const request = tenant.api.post(PATH).send({ legalName: 'Xylo', ...deletion });
    expect(await refusedFields(request)).toEqual(['customerKeyContacts[0].mobile']);
  });

  it('refuse the deletion of the last one, by flag and by null', async () => {
    const before = await create(1);
    const [{ keyContactPersonId }] = before.customerKeyContacts;
    const byFlag = { address: 'new', customerKeyContacts: [{ keyContactPersonId, deleted: true }] };
    expect(await refusedFields(patch(before.customerId, byFlag))).toEqual(['customerKeyContacts[0].deleted']);
    const byNull = { address: 'new', customerKeyContacts: null };
    expect(await refusedFields(patch(before.customerId, byNull))).toEqual(['customerKeyContacts']);
    const { body } = await tenant.api.get(`${PATH}/${before.customerId}`);
    expect(body.payload).toEqual(before);
  });

  it('take a 50th and refuse a 51st, however they come', async () => {
    const before = await create(49);
    const { customerId } = before;
    expect((await patched(customerId, { customerKeyContacts: [contact(50)] })).customerKeyContacts).toHaveLength(50);
    expect(await refusedFields(patch(customerId, { customerKeyContacts: [contact(51)] }))).toEqual([
      'customerKeyContacts[0].customerKeyContacts',
    ]);
    const request = tenant.api.post(PATH).send({ legalName: 'Xylo', customerKeyContacts: contacts(51) });
    expect(await refusedFields(request)).toEqual(['customerKeyContacts']);
    const swap = [{ keyContactPersonId: before.customerKeyContacts[0].keyContactPersonId, deleted: true }, contact(51)];
    expect((await patched(customerId, { customerKeyContacts: swap })).customerKeyContacts).toHaveLength(50);
  });

  it('refuse an id the customer does not have, also the id of another customer', async () => {
    const { customerId } = await create(1);
    const other = await createCustomer(tenant.api, { uniqueRefNo: 'B', customerKeyContacts: [contact(9)] });
    const foreign = other.customerKeyContacts[0].keyContactPersonId;
    for (const keyContactPersonId of ['KP00000000000000', foreign]) {
      const request = patch(customerId, { customerKeyContacts: [{ keyContactPersonId, name: 'Stolen' }] });
      expect(await refusedFields(request)).toEqual(['customerKeyContacts[0].keyContactPersonId']);
    }
    const { body } = await tenant.api.get(`${PATH}/${other.customerId}`);
    expect(body.payload).toEqual(other);
  });

  it.each(['name', 'legalName', 'mobile'])('need %s, and cannot lose it', async (field) => {
    const { customerId, customerKeyContacts } = await create(1);
    const path = `customerKeyContacts[0].${field}`;
    for (const value of [undefined, null, '']) {
      const request = patch(customerId, { customerKeyContacts: [contact(1, { [field]: value })] });
      expect(await refusedFields(request)).toEqual([path]);
    }
    const { keyContactPersonId } = customerKeyContacts[0];
    const cleared = patch(customerId, { customerKeyContacts: [{ keyContactPersonId, [field]: null }] });
    expect(await refusedFields(cleared)).toEqual([path]);
  });

  it.each([
    ['name', 'x'.repeat(101)],
    ['legalName', 'x'.repeat(201)],
    ['mobile', '12345'],
    ['email', 'not an address'],
    ['via', '😀'.repeat(51)],
    ['mail_enabled', 'yes'],
    ['deleted', 1],
    ['keyContactPersonId', 'KP1'],
    ['customerRef', 1],
    ['id', 1],
  ])('refuse a bad %s', async (field, value) => {
    const request = tenant.api
      .post(PATH)
      .send({ legalName: 'Xylo', customerKeyContacts: [contact(0, { [field]: value })] });
    expect(await refusedFields(request)).toEqual([`customerKeyContacts[0].${field}`]);
  });

  it.each(['customerKeyContacts', 'customerReminders'])('refuse what is no object in %s', async (field) => {
    for (const value of [[null], ['text'], [1], {}, 'text', [[]], [[null]]]) {
      const { status, body } = await tenant.api.post(PATH).send({ legalName: 'Xylo', [field]: value });
      expect([value, status]).toEqual([value, 400]);
      expect(body.errorResponse.apiSubErrors[0].field).toMatch(new RegExp(`^${field}`));
    }
  });

  it('keep reminders as a list that replaces the stored one, ids of kept ones staying', async () => {
    const wanted = [
      { reminderType: 'ONCE', reminderTime: '00:00', dueDateDifference: -365, reminderInterval: 1, stage: 'BEFORE' },
      { reminderType: 'RECURRING', reminderTime: '23:59', dueDateDifference: 365, reminderInterval: 365, stage: null },
    ];
    const before = await createCustomer(tenant.api, { customerReminders: wanted });
    expect(before.customerReminders).toEqual(
      wanted.map((one) => ({ ...one, customerReminderId: expect.stringMatching(/^KR[A-Z0-9]{14}$/) })),
    );
    const { customerId } = before;
    const [, second] = before.customerReminders;
    const changed = { ...second, stage: 'AFTER' };
    const after = await patched(customerId, { customerReminders: [changed] });
    expect([after.customerReminders, after.version]).toEqual([[changed], 2]);
    expect((await patched(customerId, { address: 'elsewhere' })).customerReminders).toEqual([changed]);
    expect((await patched(customerId, { customerReminders: null })).customerReminders).toEqual([]);
  });

  it('give a reminder a new id when the one named is repeated or not the customer’s', async () => {
    const { customerId, customerReminders } = await createCustomer(tenant.api, {
      customerReminders: [{ reminderType: 'ONCE' }],
    });
    const other = await createCustomer(tenant.api, { uniqueRefNo: 'B' });
    const stolen = await patched(other.customerId, { customerReminders });
    expect(stolen.customerReminders[0].customerReminderId).not.toBe(customerReminders[0].customerReminderId);
    const twice = await patched(customerId, { customerReminders: [...customerReminders, ...customerReminders] });
    expect(new Set(twice.customerReminders.map((one: any) => one.customerReminderId)).size).toBe(2);
  });

  it.each([
    ['reminderType', ['DAILY', null, undefined]],
    ['reminderTime', ['24:00', '9:30', '09:60', '09:30\n', 930]],
    ['dueDateDifference', [-366, 366, 1.5, '1']],
    ['reminderInterval', [0, 366]],
    ['stage', ['x'.repeat(51), 5]],
    ['customerReminderId', ['KR1']],
    ['customerRef', [1]],
  ])('refuse a reminder with a bad %s', async (field, values) => {
    for (const value of values) {
      const reminder = { reminderType: 'ONCE', [field]: value };
      const request = tenant.api.post(PATH).send({ legalName: 'Xylo', customerReminders: [reminder] });
      expect(await refusedFields(request)).toEqual([`customerReminders[0].${field}`]);
    }
  });
});
