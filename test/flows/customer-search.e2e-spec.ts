import { describeEachEngine } from '../support/engines';
import { refusedFields } from '../support/refusals';
import { RunningService, startService, Tenant } from '../support/service';

const PATH = '/api/v0/customer';

describeEachEngine('the search for customers', (engine) => {
  let service: RunningService;
  let tenant: Tenant;

  beforeAll(async () => {
    service = await startService(engine);
  });
  beforeEach(async () => {
    tenant = await service.createTenant();
  });
  afterAll(() => service.stop());

  const create = async (body: object) => (await tenant.api.post(PATH).send(body).expect(200)).body.payload;
  const search = async (body: object, query: object = {}) =>
    (await tenant.api.post(`${PATH}/search`).query(query).send(body).expect(200)).body.payload;
  const names = async (body: object) => (await search(body)).items.map(({ legalName }: any) => legalName);

  it('shows customers as reading one shows them, with contacts and reminders', async () => {
    const customer = await create({
      legalName: 'Xylo',
      customerKeyContacts: [{ name: 'A', legalName: 'A', mobile: '9812345678' }],
      customerReminders: [{ reminderType: 'ONCE' }],
    });
    await create({ legalName: 'Other', customerReminders: [{ reminderType: 'RECURRING' }] });
    expect((await search({ legalName: 'Xylo' })).items).toEqual([customer]);
  });

  it.each([
    ['uniqueRefNo', 'R-1', 'r-1'],
    ['panOrGstin', 'ABCPK1234L', 'ABCPK1234M'],
    ['contactNumber', '+919812345678', '9812345678'],
    ['state', 'Kerala', 'Goa'],
    ['assignedAgent', 'agent-7', 'AGENT-7'],
  ])('finds by %s exactly', async (field, value, other) => {
    const { customerId } = await create({ legalName: 'Xylo', [field]: value });
    await create({ legalName: 'Other', [field]: other });
    const { items } = await search({ [field]: value });
    expect(items.map((item: any) => item.customerId)).toEqual([customerId]);
  });

  it('finds by id and by status, and wants every member to match', async () => {
    const { customerId } = await create({ legalName: 'Xylo', state: 'Kerala' });
    await create({ legalName: 'Other', state: 'Kerala' });
    await tenant.api.put(`${PATH}/deactivate/${customerId}`).expect(200);
    expect(await names({ status: 'INACTIVE' })).toEqual(['Xylo']);
    expect(await names({ status: 'ACTIVE' })).toEqual(['Other']);
    expect(await names({ customerId })).toEqual(['Xylo']);
    expect(await names({ customerId, status: 'ACTIVE' })).toEqual([]);
    expect(await names({ state: 'Kerala', legalName: 'Oth' })).toEqual(['Other']);
  });

  it('folds the case of letters with accents and of other alphabets on every database', async () => {
    for (const legalName of ['École Paris', 'ΑΘΗΝΑ Foods', 'Иванов и Ко']) await create({ legalName });
    expect(await names({ legalName: 'école' })).toEqual(['École Paris']);
    expect(await names({ legalName: 'αθηνα' })).toEqual(['ΑΘΗΝΑ Foods']);
    expect(await names({ legalName: 'ИВАНОВ' })).toEqual(['Иванов и Ко']);
  });

  it('finds the beginning of a name whatever its case, and takes no character for a pattern', async () => {
    const all = ['Xylo One', 'XYLO two', '100% Pure', '100x Pure', 'a_b', 'axb', 'a!b', 'back\\slash', "O'Neil"];
    for (const legalName of all) await create({ legalName });
    expect(await names({ legalName: 'xyLO' })).toEqual(['Xylo One', 'XYLO two']);
    expect(await names({ legalName: '100%' })).toEqual(['100% Pure']);
    expect(await names({ legalName: 'a_' })).toEqual(['a_b']);
    expect(await names({ legalName: 'a!' })).toEqual(['a!b']);
    expect(await names({ legalName: 'back\\' })).toEqual(['back\\slash']);
    expect(await names({ legalName: "O'" })).toEqual(["O'Neil"]);
    expect(await names({ legalName: 'lo One' })).toEqual([]);
  });

  it('takes null for a member that is not given', async () => {
    await create({ legalName: 'Xylo' });
    expect(await names({ legalName: null, status: null, uniqueRefNo: null })).toEqual(['Xylo']);
  });

  it.each(['ASC', 'DESC'])('pages through all customers once, %s', async (direction) => {
    const all: string[] = [];
    for (let index = 0; index < 7; index++) all.push((await create({ legalName: `Name ${index}` })).legalName);
    const seen: string[] = [];
    const sizes: number[] = [];
    let cursor: string | undefined;
    do {
      const page: any = await search({}, { limit: 3, direction, ...(cursor !== undefined && { cursor }) });
      seen.push(...page.items.map(({ legalName }: any) => legalName));
      sizes.push(page.items.length);
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined);
    expect(seen).toEqual(direction === 'ASC' ? all : all.reverse());
    expect(sizes).toEqual([3, 3, 1]);
  });

  it('has no next page when the page holds all there is', async () => {
    for (let index = 0; index < 3; index++) await create({ legalName: `Name ${index}` });
    expect((await search({}, { limit: 3 })).nextCursor).toBeNull();
    expect((await search({}, { limit: 2 })).nextCursor).not.toBeNull();
  });

  it.each([
    ['limit', '0'],
    ['limit', '51'],
    ['limit', '-1'],
    ['limit', '1.5'],
    ['limit', 'x'],
    ['direction', 'asc'],
    ['direction', 'DESC;--'],
    ['cursor', 'nonsense'],
    ['cursor', "' OR 1=1"],
    ['unknown', '1'],
  ])('refuses the parameter %s=%s', async (name, value) => {
    const request = tenant.api
      .post(`${PATH}/search`)
      .query({ [name]: value })
      .send({});
    expect(await refusedFields(request)).toEqual([name]);
  });

  it.each([
    ['customerId', 'KC1'],
    ['status', 'DELETED'],
    ['legalName', 5],
    ['uniqueRefNo', { $ne: null }],
    ['state', ['Kerala']],
    ['companyRef', 1],
    ['deletionKey', 1],
  ])('refuses a bad %s', async (field, value) => {
    expect(await refusedFields(tenant.api.post(`${PATH}/search`).send({ [field]: value }))).toEqual([field]);
  });
});
