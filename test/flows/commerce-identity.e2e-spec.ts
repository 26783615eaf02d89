import { DataSource } from 'typeorm';
import { bookOf, idsOf, readCustomer, rowsOf, sampleAddress, upsert, verdictsOf } from '../support/commerce-items';
import { describeEachEngine } from '../support/engines';
import { RunningService, startService, Tenant } from '../support/service';

const SOURCE = 'REST-API';
const item = (sourceId: string | number, changes: object = {}) => ({ source: SOURCE, sourceId, ...changes });
const times = <T>(count: number, make: (index: number) => T): T[] => Array.from({ length: count }, (_, at) => make(at));

/** Texts that a careless comparison takes for one another. */
const ALIKE = [
  'cafe',
  'Cafe',
  'CAFE',
  'caf\u00e9',
  'cafe\u0301',
  'CAF\u00c9',
  'cafe ',
  'cafe  ',
  ' cafe',
  'cafe\u00a0',
  'cafe\t',
  'c\u200bafe',
  'ca\uff46e',
];
const NUMBERS_ALIKE = ['1', '01', '1.0', '1e0', '+1', ' 1', '\u0661', '\uff11', '-1', '1_'];
const FOLDED_ALIKE = ['stra\u00dfe', 'strasse', 'STRASSE', '\ufb01x', 'fix', '\u0131x', 'ix', 'I\u0307x'];

describeEachEngine('the identity of a customer', (engine) => {
  let service: RunningService;
  let tenant: Tenant;

  beforeAll(async () => {
    service = await startService(engine);
  });
  beforeEach(async () => {
    tenant = await service.createTenant();
  });
  afterAll(() => service.stop());

  const call = (...customers: object[]) => upsert(tenant.api, ...customers);
  const read = (id: number) => readCustomer(tenant.api, id);
  const customers = () => rowsOf(service, tenant, 'customers');
  const delete_ = async (id: number) => {
    const { customerId } = await read(id);
    await tenant.api.delete(`/api/v0/customer/${customerId}`).expect(200);
  };

  const VARIANTS: [string, object[]][] = [
    ['source', ALIKE.map((source) => ({ source, sourceId: 'x' }))],
    ['source id', ALIKE.map((sourceId) => item(sourceId))],
    ['source id like a number', NUMBERS_ALIKE.map((sourceId) => item(sourceId))],
    ['source id with folding letters', FOLDED_ALIKE.map((sourceId) => item(sourceId))],
    ['source and source id', [item('b', { source: 'a' }), item('a', { source: 'b' }), item('a', { source: 'a' })]],
    ['source id of 64 characters', [item('\u{1f600}'.repeat(64)), item(`${'\u{1f600}'.repeat(63)}\u{1f601}`)]],
  ];

  it.each(VARIANTS)('tells apart every spelling of the %s', async (_, spellings) => {
    const created = await call(...spellings);
    expect(verdictsOf(created)).toEqual(spellings.map(() => 'create'));
    const ids = idsOf(created);
    expect(new Set(ids).size).toBe(spellings.length);
    // Each finds its own again, among all the others and alone.
    const again = await call(...spellings.toReversed());
    expect(idsOf(again).toReversed()).toEqual(ids);
    const alone = await Promise.all(spellings.map((spelling) => call({ ...spelling, title: 'Dr.' })));
    expect(alone.flatMap(verdictsOf)).toEqual(spellings.map(() => 'update'));
    expect(alone.flatMap(idsOf)).toEqual(ids);
    const stored = (await customers()).map(({ source, source_id: sourceId, title }) => ({ source, sourceId, title }));
    expect(stored).toEqual(spellings.map((spelling) => ({ ...spelling, title: 'Dr.' })));
  });

  it('takes a number for its digits', async () => {
    const answer = await call(item(3002196), item('3002196'), item('03002196'), item(-0), item('0'), item(1e2));
    expect(verdictsOf(answer)).toEqual(['create', 'update', 'create', 'create', 'update', 'create']);
    const [first, second] = answer.data;
    expect([first.id, first.key, second.key]).toEqual([second.id, 3002196, '3002196']);
    expect((await customers()).map(({ source_id }) => source_id)).toEqual(['3002196', '03002196', '0', '100']);
  });

  it('comes, without a language, from the primary language or the company', async () => {
    const [own, byCompany, none] = idsOf(
      await call(item(1, { primaryLanguage: 'FR' }), item(2), item(3, { primaryLanguage: null })),
    );
    expect((await read(own!)).language).toBe('fr');
    expect((await read(byCompany!)).language).toBe('en');
    await service.app
      .get(DataSource)
      .query("UPDATE companies SET default_language = 'nl' WHERE id = ?", [tenant.company.id]);
    const [later] = idsOf(await call(item(4)));
    expect((await read(later!)).language).toBe('nl');
    expect((await read(none!)).language).toBe('en');
    // What was chosen is what a call with a language finds.
    const found = await call(item(1, { language: 'FR' }), item(2, { language: 'en' }), item(4, { language: 'nl' }));
    expect(idsOf(found)).toEqual([own, byCompany, later]);
  });

  it('is found without a language, whatever its language is, while it is the only one', async () => {
    const [id] = idsOf(await call(item(1, { language: 'de', primaryLanguage: 'nl' })));
    const answer = await call(item(1, { title: 'Dr.', primaryLanguage: 'fr' }));
    expect([verdictsOf(answer), idsOf(answer)]).toEqual([['update'], [id]]);
    expect(await read(id!)).toMatchObject({ language: 'de', title: 'Dr.', primaryLanguage: 'fr' });
    // The same source id in another source is no other language of it.
    expect(verdictsOf(await call(item(1, { source: 'other' }), item(1)))).toEqual(['create', 'update']);
  });

  it('is ambiguous without a language when several have it, which fails that item only', async () => {
    await call(item(1, { language: 'de' }), item(1, { language: 'en' }));
    const before = await bookOf(service, tenant);
    const answer = await call(item(1, { title: 'Dr.', primaryLanguage: 'de' }));
    expect(verdictsOf(answer)).toEqual([60005]);
    expect(await bookOf(service, tenant)).toEqual(before);
    expect(verdictsOf(await call(item(2), item(1), item(3), item(1, { language: 'de' })))).toEqual([
      'create',
      60005,
      'create',
      'update',
    ]);
  });

  it('is matched exactly when a language is given, and made otherwise', async () => {
    const [de] = idsOf(await call(item(1, { language: 'de' })));
    const answer = await call(
      item(1, { language: 'DE', title: 'Dr.' }),
      item(1, { language: 'en', title: 'Mr.' }),
      item(1, { language: 'en', lastName: 'McCoy' }),
      item(1),
    );
    expect(verdictsOf(answer)).toEqual(['update', 'create', 'update', 60005]);
    const [first, second, third] = idsOf(answer);
    expect([first, third]).toEqual([de, second]);
    expect(await read(de!)).toMatchObject({ language: 'de', title: 'Dr.', lastName: null });
    expect(await read(second!)).toMatchObject({ language: 'en', title: 'Mr.', lastName: 'McCoy' });
  });

  it('twice in one call creates once, then updates, each item seeing the one before', async () => {
    const [address, other] = [sampleAddress({ code: 'a' }), sampleAddress({ code: 'a', city: 'Delft' })];
    const answer = await call(
      item(1, { title: 'Dr.', addresses: [address] }),
      item('1', { lastName: 'McCoy', addresses: [other] }),
      item(1, { title: null }),
    );
    expect(verdictsOf(answer)).toEqual(['create', 'update', 'update']);
    expect(new Set(idsOf(answer)).size).toBe(1);
    expect(await read(idsOf(answer)[0]!)).toMatchObject({ title: null, lastName: 'McCoy', version: 3 });
    const addresses = await rowsOf(service, tenant, 'customer_addresses');
    expect(addresses).toMatchObject([{ code: 'a', city: 'Delft' }]);
    const told = (await rowsOf(service, tenant, 'customer_changes')).map(({ row_no, version, changes }) => [
      row_no,
      version,
      JSON.parse(changes).map(({ field, to }: any) => [field, to]),
    ]);
    const [{ id }] = addresses;
    expect(told.slice(1)).toEqual([
      [
        2,
        2,
        expect.arrayContaining([
          ['lastName', 'McCoy'],
          [`addresses[${id}].city`, 'Delft'],
        ]),
      ],
      [3, 3, [['title', null]]],
    ]);
  });

  it.each([
    ['in one chunk', 0],
    ['across the border of two chunks', 975],
  ])('fifty times in one call creates once, then updates: %s', async (_, before) => {
    const answer = await call(
      ...times(before, (index) => item(`other ${index}`)),
      ...times(50, (index) => item('same', { title: `No. ${index}` })),
    );
    const same = answer.data.slice(before);
    expect(verdictsOf({ data: same })).toEqual(['create', ...times(49, () => 'update')]);
    expect(new Set(idsOf({ data: same })).size).toBe(1);
    expect(await read(same[0].id)).toMatchObject({ title: 'No. 49', version: 50 });
    expect(await customers()).toHaveLength(before + 1);
    const history = (await rowsOf(service, tenant, 'customer_changes')).filter(
      ({ customer_ref }) => customer_ref === same[0].id,
    );
    expect(history.map(({ row_no, version }) => [row_no, version])).toEqual(
      times(50, (index) => [before + index + 1, index + 1]),
    );
  });

  it('is free again once its customer is deleted', async () => {
    const addresses = [sampleAddress()];
    const first = idsOf(await call(item(1, { language: 'en', addresses }), item(1, { language: 'de' })));
    await delete_(first[0]!);
    // Only the German one is left, so that no language is needed.
    expect(idsOf(await call(item(1)))).toEqual([first[1]]);
    const again = await call(item(1, { language: 'en' }));
    expect(verdictsOf(again)).toEqual(['create']);
    const [id] = idsOf(again);
    expect(first).not.toContain(id);
    expect((await tenant.api.get(`/customers/id/${id}/addresses`)).body.data).toEqual([]);
    await tenant.api.get(`/customers/id/${first[0]}`).expect(404);
    await delete_(id!);
    expect(verdictsOf(await call(item(1, { language: 'en', parent: { id } }), item(1, { language: 'en' })))).toEqual([
      60007,
      'create',
    ]);
  });
});
