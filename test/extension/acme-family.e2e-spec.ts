import { DataSource } from 'typeorm';
import { bulk } from '../support/bulk';
import { describeEachEngine } from '../support/engines';
import { RunningService, startService, Tenant } from '../support/service';
import { AcmeExtension } from './acme/acme.extension';

describeEachEngine('an API that an extension adds', (engine) => {
  let service: RunningService;
  let tenant: Tenant;
  beforeAll(async () => {
    service = await startService(engine, { extensions: [AcmeExtension] });
    tenant = await service.createTenant();
    await bulk(tenant.api, '/api/v0/bulk/acme.loyalty', [
      ['cardNumber', 'points'],
      ['L-000001', '5'],
    ]);
  });
  afterAll(() => service.stop());

  it('words a success its own way', async () => {
    const { body } = await tenant.api.get('/acme/loyalty/L-000001').expect(200);
    expect(body).toEqual({ ok: true, answer: { cardNumber: 'L-000001', points: 5 } });
  });

  it('takes a call under a key once, and repeats the answer in its own words', async () => {
    const call = (points: number) =>
      tenant.api.post('/acme/loyalty/L-000001/points').set('Idempotency-Key', 'earn-1').send({ points });
    const first = await call(10).expect(200);
    expect(first.body).toEqual({ ok: true, answer: { cardNumber: 'L-000001', points: 15 } });
    const second = await call(10).expect(200);
    expect([second.text, second.headers['idempotent-replayed']]).toEqual([first.text, 'true']);
    expect((await call(11).expect(422)).body).toMatchObject({ ok: false, problem: 'IDEMPOTENCY_KEY_REUSED' });
    await tenant.api.post('/acme/loyalty/L-000001/points').send({ points: -10 }).expect(400);
    expect((await tenant.api.get('/acme/loyalty/L-000001')).body.answer.points).toBe(15);
  });

  const refusal = async (path: string, api = tenant.api) => {
    const { status, body, headers } = await api.get(path);
    return [status, headers['x-error-type'], body];
  };

  it('words every refusal its own way', async () => {
    expect(await refusal('/acme/loyalty/L-000009')).toEqual([
      404,
      'RECORD_NOT_FOUND',
      { ok: false, problem: 'CARD_NOT_FOUND', text: 'This company has no such card.', details: [] },
    ]);
    expect(await refusal('/acme/loyalty/nine')).toEqual([
      400,
      'VALIDATION_ERROR',
      expect.objectContaining({ ok: false, details: ['cardNumber must be L- and 6 digits'] }),
    ]);
    expect(await refusal('/acme/loyalty/L-000001?x=1')).toEqual([400, 'VALIDATION_ERROR', expect.anything()]);
    expect(await refusal('/acme/loyalty/L-000001', service.anonymous)).toEqual([
      401,
      'UNAUTHORIZED',
      expect.objectContaining({ ok: false, problem: 'UNAUTHORIZED' }),
    ]);
    const narrow = await service.createTenant({ scopes: ['jobs:read'] });
    expect(await refusal('/acme/loyalty/L-000001', narrow.api)).toEqual([
      403,
      'INVALID_ACCESS',
      expect.objectContaining({ ok: false, problem: 'FORBIDDEN' }),
    ]);
    expect(await refusal('/acme/nowhere')).toEqual([
      404,
      'RECORD_NOT_FOUND',
      expect.objectContaining({ ok: false, problem: 'ROUTE_NOT_FOUND' }),
    ]);
  });

  it('says nothing of the cause of an unexpected fault', async () => {
    await service.app.get(DataSource).query('DROP TABLE acme_loyalty_cards');
    const [status, type, body] = await refusal('/acme/loyalty/L-000001');
    expect([status, type]).toEqual([500, expect.stringMatching(/^(UNKNOWN|SYSTEM)_ERROR$/)]);
    expect(body).toEqual({ ok: false, problem: expect.any(String), text: expect.any(String), details: [] });
    expect(JSON.stringify(body)).not.toMatch(/acme_loyalty|table|sql/i);
  });
});
