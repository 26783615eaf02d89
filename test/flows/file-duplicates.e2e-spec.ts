import { bulk, Cells, CREATE, csvOf, faultsOf, UPDATE } from '../support/bulk';
import { createCustomer } from '../support/customers';
import { describeEachEngine } from '../support/engines';
import { RunningService, startService, Tenant } from '../support/service';

const PATH = '/api/v0/customer';

/** Rows that name nobody, to fill the chunks of 500 between two rows of interest. */
function filler(count: number): Cells {
  return Array.from({ length: count }, (_, index) => ['', `filler ${index}`, 'x']);
}

describeEachEngine('the same customer twice in a file', (engine) => {
  let service: RunningService;
  let tenant: Tenant;
  let a: any;

  beforeAll(async () => {
    service = await startService(engine, { environment: { LISTED_ROWS: '10000' } });
  });
  beforeEach(async () => {
    tenant = await service.createTenant();
    a = await createCustomer(tenant.api, { uniqueRefNo: 'A' });
    await createCustomer(tenant.api, { uniqueRefNo: 'B' });
  });
  afterAll(() => service.stop());

  /** Rows 2, 3 and 1503 are for customer A, named by number, by id, and by number. */
  const file = () => [
    ['customerId', 'uniqueRefNo', 'address'],
    ['', 'A', 'first'],
    [a.customerId, '', 'second'],
    ...filler(1_499),
    ['', 'A', 'third'],
    ['', 'B', 'of B'],
  ];
  async function run(query: object) {
    const answer = await bulk(tenant.api, UPDATE, csvOf(file()), { query });
    const { body } = await tenant.api.get(`${PATH}/${a.customerId}`);
    const faults = answer.failureRequests.filter(({ errors }: any) => errors[0].code === 'DUPLICATE_ROW');
    expect(answer.failure_count).toBe(1_499 + Number(faults.length));
    return {
      address: body.payload.address,
      version: body.payload.version,
      refused: faults.map(({ row, errors }: any) => [row, Number(/^row (\d+) /.exec(errors[0].message)?.[1])]),
      applied: answer.successRequests.map(({ row }: any) => row),
    };
  }

  it('applies the first row by default, across chunks, the others naming it', async () => {
    const expected = {
      address: 'first',
      version: 2,
      refused: [
        [3, 2],
        [1503, 2],
      ],
      applied: [2, 1504],
    };
    expect(await run({})).toEqual(expected);
  });

  it('applies the first by duplicates=first', async () => {
    expect(await run({ duplicates: 'first' })).toMatchObject({ address: 'first', applied: [2, 1504] });
  });

  it('applies the last by duplicates=last', async () => {
    expect(await run({ duplicates: 'last' })).toEqual({
      address: 'third',
      version: 2,
      refused: [
        [2, 1503],
        [3, 1503],
      ],
      applied: [1503, 1504],
    });
  });

  it('applies none by duplicates=reject', async () => {
    const { address, version, refused, applied } = await run({ duplicates: 'reject' });
    expect([address, version, applied]).toEqual([a.address, 1, [1504]]);
    expect(refused.map(([row]: number[]) => row)).toEqual([2, 3, 1503]);
    for (const [row, named] of refused) expect([2, 3, 1503].filter((other) => other !== row)).toContain(named);
  });

  it('refuses another rule with 400 and applies nothing', async () => {
    for (const duplicates of ['merge', '', 'FIRST']) {
      const { status, body } = await tenant.api
        .post(UPDATE)
        .query({ duplicates })
        .attach('file', csvOf(file()), 'a.csv');
      expect([status, body.errorResponse.errorType]).toEqual([400, 'VALIDATION_ERROR']);
    }
    expect((await tenant.api.get(`${PATH}/${a.customerId}`)).body.payload).toEqual(a);
  });

  it('gives a row its turn when the one before it was refused', async () => {
    const answer = await bulk(tenant.api, UPDATE, [
      ['uniqueRefNo', 'address', 'pinCode', 'state'],
      ['A', 'first', 'bad', ''],
      ['A', 'second', '', 'Kerala'],
      ['A', 'third', '', ''],
      ['A', 'fourth', '', ''],
    ]);
    expect(faultsOf(answer).map(([row, code]) => [row, code])).toEqual([
      [2, 'INVALID_FORMAT'],
      [3, 'STATE_GSTIN_MISMATCH'],
      [5, 'DUPLICATE_ROW'],
    ]);
    expect((await tenant.api.get(`${PATH}/${a.customerId}`)).body.payload.address).toBe('third');
  });

  it.each([
    ['first', [3, 1503], [2]],
    ['last', [2, 3], [1503]],
    ['reject', [2, 3, 1503], []],
  ])('holds for creation too: duplicates=%s', async (duplicates, refused, applied) => {
    const others = Array.from({ length: 1_499 }, (_, index) => [`Other ${index}`, '']);
    const cells = [['legalName', 'uniqueRefNo'], ['One', 'N'], ['Two', 'N'], ...others, ['Three', 'N']];
    const answer = await bulk(tenant.api, CREATE, csvOf(cells), { query: { duplicates } });
    expect(faultsOf(answer)).toEqual(refused.map((row) => [row, 'DUPLICATE_ROW', 'uniqueRefNo']));
    const rows = answer.successRequests.map(({ row }: any) => row).filter((row: number) => [2, 3, 1503].includes(row));
    expect(rows).toEqual(applied);
    const { body } = await tenant.api.post(`${PATH}/search`).send({ uniqueRefNo: 'N' });
    expect(body.payload.items).toHaveLength(applied.length);
  });
});
