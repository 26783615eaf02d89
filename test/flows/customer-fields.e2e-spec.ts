import { describeEachEngine } from '../support/engines';
import { refusedFields } from '../support/refusals';
import { RunningService, startService, Tenant } from '../support/service';

const PATH = '/api/v0/customer';
const EMOJI = '😀';

/** Fields with a length: shortest, longest. */
const LENGTHS: Readonly<Record<string, readonly [number, number]>> = {
  legalName: [2, 200],
  uniqueRefNo: [1, 50],
  address: [0, 500],
  state: [0, 100],
  assignedAgent: [0, 100],
};

/** Values each field takes and refuses, from the patterns of the contract. */
const VALUES: Readonly<Record<string, { takes: readonly unknown[]; refuses: readonly unknown[] }>> = {
  legalName: { takes: [' x', 'Ünïcode 漢字'], refuses: ['  ', 5, true, ['Xylo'], { a: 1 }, 'a\u0000b', 'a\u0007b'] },
  uniqueRefNo: { takes: ['0', '=1+1', "'", ' A '], refuses: ['', 42, false, 'a\u0000'] },
  panOrGstin: {
    takes: ['ABCPK1234L', '07ABCPK1234L1ZU', '29AAACX1234A2ZS'],
    refuses: ['22AAAAA0000A1Z5', '29AAACX1234A2ZT', 'ABCXK1234L', 'abcpk1234l', 'ABCPK1234', '99ABCPK1234L1ZU ', '', 1],
  },
  contactNumber: {
    takes: ['', '9812345678', '+919812345678', '+91 9812345678', '+91-9812345678', '0091-9812345678', '+19812345678'],
    refuses: ['981234567', '98123456789', '+91--9812345678', '++919812345678', '98123 45678', '+91', 9812345678, '٩'],
  },
  pinCode: { takes: ['100000', '999999'], refuses: ['012345', '12345', '1234567', '56000a', '560001\n', 560001, ''] },
  branchCodes: {
    takes: [[], ['A'], Array.from({ length: 100 }, (_, i) => `B-${i}`), ['x'.repeat(20)]],
    refuses: [
      'A',
      [''],
      ['x'.repeat(21)],
      ['a b'],
      ['A', 'A'],
      [1],
      [null],
      Array.from({ length: 101 }, (_, i) => `${i}`),
    ],
  },
  creditLimit: {
    takes: ['0', '0.1', '0.01', '9999999999999.99', '9999999999999', 0.1, 0, 1234567890123.45, '007.50', '1.000'],
    refuses: [
      '1.005',
      '10000000000000',
      '-1',
      '-0.01',
      '+1',
      '1e3',
      '1,000',
      '.5',
      '5.',
      ' 1',
      '',
      'NaN',
      1.005,
      -1,
      [],
    ],
  },
  paymentTermsDays: { takes: [0, 1, 364, 365], refuses: [-1, 366, 30.5, '30', true, [30]] },
};

/** The pair goes together, so each is tried with a sound other one. */
const PAIRED: Readonly<Record<string, { takes: readonly string[]; refuses: readonly unknown[] }>> = {
  accountNumber: {
    takes: ['123456789', 'a'.repeat(36), '000000000'],
    refuses: ['12345678', 'a'.repeat(37), '1234 56789', '12345678é', 123456789],
  },
  ifsc: {
    takes: ['HDFC0001234', 'hdfc0abcdef'],
    refuses: ['HDFC1001234', 'HDF00001234', 'HDFC000123', 'HDFC00012345', 'HDFC0001 34', 1],
  },
};

describeEachEngine('fields of a customer', (engine) => {
  let service: RunningService;
  let tenant: Tenant;

  beforeAll(async () => {
    service = await startService(engine);
  });
  beforeEach(async () => {
    tenant = await service.createTenant();
  });
  afterAll(() => service.stop());

  async function stored(body: object): Promise<any> {
    const { status, body: answer } = await tenant.api.post(PATH).send({ legalName: 'Xylo', ...body });
    if (status !== 200) throw new Error(JSON.stringify([body, answer]));
    return (await tenant.api.get(`${PATH}/${answer.payload.customerId}`).expect(200)).body.payload;
  }
  const refused = (body: object) => refusedFields(tenant.api.post(PATH).send({ legalName: 'Xylo', ...body }));

  it.each(Object.entries(LENGTHS))('counts %s in characters, four-byte ones too', async (field, [least, most]) => {
    const { customerId } = await stored({});
    for (const character of ['x', 'é', '漢', EMOJI]) {
      for (const length of new Set([least, least + 1, most - 1, most])) {
        const value = character.repeat(length);
        expect((await stored({ [field]: value }))[field]).toBe(value);
        await tenant.api.patch(`${PATH}/${customerId}`).send({ uniqueRefNo: null, [field]: null });
      }
      expect(await refused({ [field]: character.repeat(most + 1) })).toEqual([field]);
      if (least > 0) expect(await refused({ [field]: character.repeat(least - 1) })).toEqual([field]);
    }
  });

  it.each(Object.entries(LENGTHS))('counts marks that join to the character before in %s', async (field, [, most]) => {
    const marked = 'x\uFE0F'.repeat(most / 2);
    expect((await stored({ [field]: marked }))[field]).toBe(marked);
    expect(await refused({ [field]: `${marked}x` })).toEqual([field]);
    expect(await refused({ [field]: 'x\uFE0F'.repeat(most) })).toEqual([field]);
  });

  it.each(Object.entries(VALUES))('keeps to the pattern of %s', async (field, { takes, refuses }) => {
    for (const value of takes) await stored({ [field]: value });
    for (const value of refuses) {
      expect([value, await refused({ [field]: value })]).toEqual([value, [field]]);
    }
  });

  it.each(Object.entries(PAIRED))('keeps to the pattern of %s', async (field, { takes, refuses }) => {
    const pair = { accountNumber: '00123456789', ifsc: 'HDFC0001234' };
    for (const value of takes) expect((await stored({ ...pair, [field]: value }))[field]).toBe(value);
    for (const value of refuses) {
      expect([value, await refused({ ...pair, [field]: value })]).toEqual([value, [field]]);
    }
  });

  it.each([
    ['"0.1"', '0.10'],
    ['0.1', '0.10'],
    ['"9999999999999.99"', '9999999999999.99'],
    ['1234567890123.45', '1234567890123.45'],
    ['"0000000000000000007.5"', '7.50'],
    ['0', '0.00'],
  ])('stores the amount %s exactly as %s', async (literal, expected) => {
    const text = `{"legalName":"Xylo","creditLimit":${literal}}`;
    const { body } = await tenant.api.post(PATH).type('json').send(text).expect(200);
    expect(body.payload.creditLimit).toBe(expected);
    const read = await tenant.api.get(`${PATH}/${body.payload.customerId}`);
    expect(read.text).toContain(`"creditLimit":"${expected}"`);
  });

  it.each(['9007199254740993.01', '1.005', '12345678901234567890', '9999999999999.999', '1e400'])(
    'refuses the number %s instead of rounding it',
    async (literal) => {
      const text = `{"legalName":"Xylo","creditLimit":${literal}}`;
      expect(await refusedFields(tenant.api.post(PATH).type('json').send(text))).toEqual(['creditLimit']);
    },
  );

  it('refuses half of a four-byte character', async () => {
    const text = '{"legalName":"half \\ud83d"}';
    expect(await refusedFields(tenant.api.post(PATH).type('json').send(text))).toEqual(['legalName']);
  });

  it('names every faulty field at once, with the value and what to do', async () => {
    const { body } = await tenant.api.post(PATH).send({ legalName: 'X', pinCode: '012345', creditLimit: '1.005' });
    const errors = body.errorResponse.apiSubErrors;
    expect(errors.map(({ field }: any) => field).sort()).toEqual(['creditLimit', 'legalName', 'pinCode']);
    expect(errors).toContainEqual({
      object: 'CreateCustomerRequest',
      field: 'pinCode',
      rejectedValue: '012345',
      message: 'pinCode must be 6 digits and not begin with 0',
    });
  });

  it.each(['status', 'version', 'companyId', 'companyRef', 'customerId', 'id', 'deletionKey', 'deletedAt', 'unknown'])(
    'does not let a caller set %s',
    async (field) => {
      expect(await refused({ [field]: 'INACTIVE' })).toEqual([field]);
      const before = await stored({});
      const request = tenant.api.patch(`${PATH}/${before.customerId}`).send({ address: 'x', [field]: 2 });
      expect(await refusedFields(request)).toEqual([field]);
      const after = await tenant.api.get(`${PATH}/${before.customerId}`).expect(200);
      expect(after.body.payload).toEqual(before);
    },
  );
});
