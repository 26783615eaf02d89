import { probeOf } from '../../chaos/database-probe';
import { addRecords, createCampaign, lead, readRecord } from '../support/campaigns';
import { readCustomer, upsert } from '../support/commerce-items';
import { createDatabase, describeEachEngine } from '../support/engines';
import { startProgram } from '../support/program';

const DAYS = ['1993-08-28', '2000-02-29', '1900-01-01', '2020-03-29', '1970-01-01'];

/** As far from each other as two clocks on earth can be, and a language that writes a capital i otherwise. */
const HOSTS = [
  { TZ: 'Pacific/Kiritimati', LANG: 'tr_TR.UTF-8', LC_ALL: 'tr_TR.UTF-8' },
  { TZ: 'Etc/GMT+12', LANG: 'C', LC_ALL: 'C' },
];

describeEachEngine('the time zone and language of the host', (engine) => {
  it('change nothing that is stored', async () => {
    const stored: unknown[] = [];
    for (const host of HOSTS) {
      const database = await createDatabase(engine);
      const program = await startProgram({ ...database, environment: { ...database.environment, ...host } });
      try {
        const { api } = program;
        const begun = Date.now();
        const made = await upsert(
          api,
          ...DAYS.map((dateOfBirth, at) => ({
            source: 'TZ',
            sourceId: at,
            lastName: 'İIıi',
            language: 'IT',
            dateOfBirth,
          })),
        );
        const read = await Promise.all(made.data.map(({ id }: any) => readCustomer(api, id)));
        expect(read.map(({ dateOfBirth }) => dateOfBirth)).toEqual(DAYS);
        for (const { dateCreated } of read) {
          expect(Date.parse(dateCreated)).toBeGreaterThanOrEqual(begun - 1_000);
          expect(Date.parse(dateCreated)).toBeLessThanOrEqual(Date.now() + 1_000);
        }
        const campaignId = await createCampaign(api);
        await addRecords(api, campaignId, [lead('L', { lead_date: '2026-03-29', at: '2026-03-29T00:30:00' })]);
        const { data } = await readRecord(api, campaignId, 'L');
        const cells = 'CAST(date_of_birth AS CHAR), last_name, language';
        stored.push([
          await probeOf(database).rows(`SELECT ${cells} FROM customers WHERE source = 'TZ' ORDER BY id`),
          await probeOf(database).rows('SELECT CAST(start_date AS CHAR), CAST(end_date AS CHAR) FROM campaigns'),
          data,
        ]);
      } finally {
        await program.end('SIGKILL');
        await database.remove();
      }
    }
    const [first, ...others] = stored;
    expect(others).toEqual(others.map(() => first));
    expect((first as unknown[][])[0]).toEqual(DAYS.map((day) => [day, 'İIıi', 'it']));
  });
});
