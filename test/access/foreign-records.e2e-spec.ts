import { SCOPES } from '../../src/platform/auth/scopes';
import type { Response } from 'supertest';
import { DataSource } from 'typeorm';
import { AcmeExtension } from '../extension/acme/acme.extension';
import { describeEachEngine } from '../support/engines';
import { RunningService, startService, Tenant } from '../support/service';
import { createRecords, NOBODYS, RECORD_KINDS, type RecordKind, type RecordNames } from './record-names';
import { ROUTES } from './route-table';
import { tenantTables } from './tenant-tables';

/** What differs between any two answers. */
const OF_THE_MOMENT = /"timestamp":"[^"]+"|JOB[A-Z0-9]{26}|expires=\d+|signature=[\w-]+|\b\d{4}-\d\d-\d\dT[\d:.]+Z/g;
const CHANGING_HEADERS = ['date', 'content-length', 'x-job-id', 'keep-alive'];
/** What an answer says of a row that could not be applied, or of a search that found nothing. */
const NOTHING_DONE =
  /"success_count":0,|"successful":0,|"success":false|"items":\[\]|"data":\[\]|"failure_count_second_file":1,/;

const CASES = ROUTES.flatMap(({ name, names, call }) =>
  RECORD_KINDS.flatMap((kind) => {
    const status = names[kind];
    return status === undefined ? [] : [{ name, kind, status, call }];
  }),
);

/** An answer but for what it may differ in: the name it was asked about, and when. */
function comparable({ status, headers, text }: Response, asked: string): unknown {
  const kept = Object.entries(headers as Record<string, string>).filter(([name]) => !CHANGING_HEADERS.includes(name));
  const body = text.replaceAll(new RegExp(`\\b${asked}\\b`, 'g'), '«asked»').replaceAll(OF_THE_MOMENT, '«now»');
  return { status, headers: Object.fromEntries(kept), body };
}

describeEachEngine('a record of another company', (engine) => {
  let service: RunningService;
  let owner: Tenant;
  let stranger: Tenant;
  let theirs: RecordNames;
  let own: RecordNames;
  let before: unknown;

  beforeAll(async () => {
    service = await startService(engine, { extensions: [AcmeExtension] });
    owner = await service.createTenant({ scopes: SCOPES });
    stranger = await service.createTenant({ scopes: SCOPES });
    theirs = await createRecords(owner);
    own = await createRecords(stranger);
    before = await rowsOfOwner();
  });
  afterAll(() => service.stop());

  /** Every row that belongs to the owner, in every table. */
  async function rowsOfOwner(): Promise<unknown> {
    const source = service.app.get(DataSource);
    const rows: Record<string, unknown> = {};
    for (const { table, ofCompany } of tenantTables(source)) {
      // Its entries get their places in the chain some time later.
      if (table === 'audit_entries') continue;
      rows[table] = await source.query(`SELECT * FROM ${table} WHERE ${ofCompany} ORDER BY id`, [owner.company.id]);
    }
    return rows;
  }

  const ask = async ({ kind, call }: { kind: RecordKind; call: (typeof CASES)[number]['call'] }, record: string) => {
    const names: RecordNames = { ...own, [kind]: record, by: kind };
    const answer = await call(stranger.api, names).set('X-Request-Id', 'the-same');
    return { comparable: comparable(answer, record), answer };
  };

  it.each(CASES)('gets from $name the answer of one that is not there: $kind, $status', async (one) => {
    const foreign = await ask(one, theirs[one.kind]);
    const none = await ask(one, NOBODYS[one.kind]);
    expect(foreign.comparable).toEqual(none.comparable);
    expect(foreign.answer.status).toBe(one.status);
    if (one.status < 400) expect(foreign.answer.text).toMatch(NOTHING_DONE);
    expect(await rowsOfOwner()).toEqual(before);
  });
});
