import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { createCampaign, lead, UPDATE_BULK } from '../support/campaigns';
import { BY_SOURCE_ID } from '../support/commerce-items';
import { RunningService, startService, Tenant } from '../support/service';

const corpus = resolve(process.env['CORPORA_DIR'] ?? '../shared/corpora', 'jsontestsuite/test_parsing');
if (!existsSync(corpus)) console.warn(`Corpus tests are skipped: ${corpus} is not there. Set CORPORA_DIR.`);

/** JSON, and refused all the same: one of the two values would be lost. */
const UNSTORABLE = ['y_object_duplicated_key.json', 'y_object_duplicated_key_and_value.json'].map(
  (name) => `${name}: records[0].data.value.a stands twice in its object; leave one of them out`,
);

(existsSync(corpus) ? describe : describe.skip)('JSONTestSuite', () => {
  let service: RunningService;
  let tenant: Tenant;
  let campaignId: string;
  const files = existsSync(corpus) ? readdirSync(corpus) : [];
  const bytesOf = (name: string) => readFileSync(resolve(corpus, name));

  beforeAll(async () => {
    service = await startService('sqlite');
    tenant = await service.createTenant();
    campaignId = await createCampaign(tenant.api, { jsonData: [lead('L')] });
  });
  afterAll(() => service.stop());

  const send = (method: 'put' | 'post', path: string, body: Buffer) =>
    tenant.api[method](path)
      .type('json')
      .serialize((bytes) => bytes)
      .send(body as unknown as string);

  it('as the whole body of a bulk call is refused 400, each in the words of its API', async () => {
    for (const name of files) {
      const commerce = await send('post', BY_SOURCE_ID, bytesOf(name));
      expect([name, commerce.status, commerce.body.error?.status]).toEqual([name, 400, 400]);
      expect([10005, 10007, 10017]).toContain(commerce.body.error.code);
      const campaign = await send('put', UPDATE_BULK, bytesOf(name));
      expect([name, campaign.status, campaign.body.message]).toEqual([name, 400, 'Validation failed']);
      expect(campaign.body.errors.length).toBeGreaterThan(0);
    }
    expect(files).toHaveLength(318);
  });

  it('inside a record is stored where it is JSON, and refused where it is none', async () => {
    const refused: string[] = [];
    for (const name of files) {
      const body = Buffer.concat([
        Buffer.from(`{"campaignId":"${campaignId}","records":[{"id":"L","data":{"value":`),
        bytesOf(name),
        Buffer.from('}}]}'),
      ]);
      const { status, body: answer } = await send('put', UPDATE_BULK, body);
      if (name.startsWith('n_')) expect([name, status]).toEqual([name, 400]);
      else expect([name, status === 200 || status === 207 || status === 400]).toEqual([name, true]);
      if (name.startsWith('y_') && status !== 200) {
        const words = answer.errors?.[0] ?? answer.results.invalidRecords[0].errors[0];
        refused.push(`${name}: ${words}`);
      }
    }
    expect(refused).toEqual(UNSTORABLE);
  });
});
