import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DataSource } from 'typeorm';
import { createDocument } from '../../src/documentation';
import { CredentialService } from '../../src/platform/auth/credential.service';
import { SCOPES } from '../../src/platform/auth/scopes';
import { csvOf, CREATE, upload, UPDATE, xlsxOf } from '../support/bulk';
import { describeEachEngine } from '../support/engines';
import { Api, RunningService, startService } from '../support/service';
import { everythingStored, foundIn } from '../support/stored-texts';

/** Each stands nowhere but in what is sent. */
const PERSON = {
  legalName: 'Zorblaxia Quenchleyson',
  firstName: 'Zorblaxia',
  lastName: 'Quenchleyson',
  dateOfBirth: '1971-03-19',
  ssn: '078-05-1199',
  phone: '0038975641',
  mobile: '0038975642',
  email: 'zq@canary.example',
  contactNumber: '9812345671',
  accountNumber: '99887766551',
  ifsc: 'HDFC0009999',
  address: '17 Canarywharfstreet',
  uniqueRefNo: 'REF-CANARY-1',
};
const CONTACT = { name: 'Wimbleforthy', legalName: 'Wimbleforthy', mobile: '9811122231', email: 'wf@canary.example' };
const ADDRESS = { type: 'delivery', street: 'Canarystraat', country: 'NL', email: 'addr@canary.example' };
const CANARIES = [...Object.values(PERSON), ...Object.values(CONTACT), ADDRESS.street, ADDRESS.email];
/** A name for a path, a query, a header. */
const WORD = 'canaryzq';

describeEachEngine('the values of a person', (engine) => {
  let service: RunningService;
  let log = '';
  let spy: jest.SpyInstance;
  const temporary = mkdtempSync(join(tmpdir(), 'rollbook-canaries-'));
  const formerTemporary = process.env['TMPDIR'];

  beforeAll(async () => {
    // pino writes to file descriptor 1 by itself unless process.stdout.write is replaced before it starts.
    spy = jest.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
      log += String(chunk);
      return true;
    });
    process.env['TMPDIR'] = temporary;
    service = await startService(engine, { environment: { LOG_LEVEL: 'trace' } });
  });
  afterAll(async () => {
    await service.stop();
    spy.mockRestore();
    if (formerTemporary === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = formerTemporary;
    rmSync(temporary, { recursive: true, force: true });
  });

  const { firstName, lastName, dateOfBirth, ssn, phone, mobile, email } = PERSON;
  const commerce = { source: 'S', firstName, lastName, dateOfBirth, ssn, phone, mobile, email, addresses: [ADDRESS] };
  const { legalName, contactNumber, accountNumber, ifsc, address, uniqueRefNo } = PERSON;
  const receivables = { legalName, contactNumber, accountNumber, ifsc, address, customerKeyContacts: [CONTACT] };

  /** What succeeds, and what fails in each way a caller or the service can fail. */
  async function sendEverything(api: Api): Promise<number[]> {
    const header = ['legalName', 'uniqueRefNo', 'contactNumber', 'accountNumber', 'ifsc', 'address', 'pinCode'];
    const row = [legalName, uniqueRefNo, contactNumber, accountNumber, ifsc, address];
    const file = csvOf([header, [...row, ''], [...row, '01234'], [...row, email]]);
    const book = await xlsxOf({
      Customers: [
        ['uniqueRefNo', 'address', 'Email Of'],
        [uniqueRefNo, address, email],
      ],
    });
    const requests = [
      () => api.post('/api/v0/customer').send({ ...receivables, uniqueRefNo }),
      () => api.post('/api/v0/customer').send({ ...receivables, uniqueRefNo }),
      () => api.post('/api/v0/customer').send({ ...receivables, pinCode: email, [email]: phone }),
      () => api.post('/api/v0/customer').type('json').send(`{"legalName":"${legalName}","address":"${address}`),
      () => api.post('/api/v0/customer').type('text/plain').send(legalName),
      () => api.post('/api/v0/customer/search').send({ legalName, contactNumber }),
      () => api.post('/customers/').send({ ...commerce, sourceId: '1' }),
      () => api.post('/customers/').send({ ...commerce, sourceId: '1' }),
      () => api.post('/customers/').send({ ...commerce, sourceId: '2', parent: { source: email, sourceId: phone } }),
      () => api.post('/customers/').send({ ...commerce, sourceId: '2', title: 'Poison' }),
      () => api.post('/customers/search').send({ ssns: [ssn], debtorIds: [email] }),
      () => api.get(`/customers/sourceId/${encodeURIComponent(email)}`),
      () =>
        api.post('/customers/bulk/sourceId').send({
          customers: [
            { ...commerce, sourceId: '3' },
            { ...commerce, sourceId: '4', title: 'Poison' },
          ],
        }),
      () => api.post('/customers/bulk/sourceId').send({ customers: [{ ...commerce, [email]: phone }] }),
      () => upload(api, CREATE, file, { fileName: `${lastName}.csv` }),
      () => upload(api, UPDATE, file, { query: { dryRun: true } }),
      () => upload(api, UPDATE, book, { fileName: `${lastName}.xlsx` }),
      () =>
        upload(
          api,
          UPDATE,
          csvOf([
            [legalName, email],
            [phone, mobile],
          ]),
        ),
      () => upload(api, UPDATE, Buffer.from(`%PDF ${legalName} ${email}`), { fileName: `${lastName}.pdf` }),
    ];
    const statuses: number[] = [];
    for (const request of requests) statuses.push((await request()).status);
    return statuses;
  }

  /** Every operation of the document, with the values wherever something can be put. */
  async function sendToEveryRoute(api: Api): Promise<number> {
    const { paths } = createDocument(service.app) as unknown as { paths: Record<string, Record<string, any>> };
    const body = {
      ...receivables,
      ...commerce,
      campaignId: WORD,
      id: email,
      data: { ...PERSON },
      name: legalName,
      description: email,
      customers: [commerce, commerce],
      records: [{ id: email, data: { ...PERSON } }],
      client_id: email,
      client_secret: ssn,
      scope: legalName,
    };
    let sent = 0;
    for (const [path, operations] of Object.entries(paths)) {
      // It goes on until its job has ended.
      if (path.endsWith('/events')) continue;
      const target = path.replace(/\{[^}]*\}/g, encodeURIComponent(email));
      for (const method of Object.keys(operations)) {
        const query = { cursor: email, source: legalName, parentCompanyId: phone, [WORD]: ssn, state: mobile };
        const headers = {
          'Idempotency-Key': `${email} ${sent}`,
          'User-Agent': legalName,
          'X-Request-Id': `${email} `,
          Referer: phone,
        };
        const request = (caller: Api) => (caller as any)[method](target).set(headers);
        await request(api).query(query).send(body);
        await request(api).send(body);
        await request(service.anonymous).send([body]);
        sent += 3;
      }
    }
    return sent;
  }

  it('stand in their columns and in the files of their owner alone: in no log, no metric and no other file', async () => {
    const tenant = await service.createTenant();
    const api = service.as((await service.app.get(CredentialService).createKey(tenant.company, 'all', SCOPES)).key);
    const refuse =
      engine === 'sqlite'
        ? "CREATE TRIGGER refuse BEFORE INSERT ON customers WHEN NEW.title = 'Poison' BEGIN SELECT RAISE(ABORT, 'poison'); END"
        : "CREATE TRIGGER refuse BEFORE INSERT ON customers FOR EACH ROW IF NEW.title = 'Poison' THEN SIGNAL SQLSTATE '45000'; END IF";
    await service.app.get(DataSource).query(refuse);
    log = '';
    const statuses = await sendEverything(api);
    expect([...new Set(statuses)].sort()).toEqual(expect.arrayContaining([200, 201, 400, 404, 415, 500]));
    expect(await sendToEveryRoute(api)).toBeGreaterThan(120);

    const stored = await everythingStored(service);
    const own = [
      'customers',
      'customer_contacts',
      'customer_addresses',
      'customer_history',
      'customer_history_pages',
      'bulk_outcomes',
      'bulk_jobs',
      'idempotency_keys',
    ];
    const owners = [...stored].filter(
      ([place]) => place.startsWith('/jobs/') || place.startsWith('/rollbook.sqlite') || own.includes(place),
    );
    expect(new Set(foundIn(new Map(owners), CANARIES).map(([, text]) => text)).size).toBeGreaterThan(14);
    const elsewhere = new Map([...stored].filter(([place]) => !owners.some(([name]) => name === place)));
    for (const name of readdirSync(temporary, { recursive: true, encoding: 'utf8' })) {
      if (!name.includes('rollbook-test-'))
        elsewhere.set(`temporary ${name}`, readFileSync(join(temporary, name), 'latin1'));
    }
    const metrics = await service.anonymous.get('/metrics').buffer(true);
    elsewhere.set('metrics', metrics.text).set('log', log);
    expect(elsewhere.has('audit_entries')).toBe(true);
    expect(log.split('"msg":"request"').length).toBeGreaterThan(120);
    expect(foundIn(elsewhere, CANARIES)).toEqual([]);
    // The number stands nowhere, not even there.
    expect(foundIn(stored, [PERSON.ssn, '078051199'])).toEqual([]);
  });
});
