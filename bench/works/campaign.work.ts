import { numberOf } from '../../chaos/database-probe';
import type { BenchOptions } from '../bench.options';
import { CAMPAIGN, changedRecords, newRecords, recordLines } from '../content/campaign-records';
import { checksumOf, expectSame, storedChecksum } from '../content/checksum';
import { bodyTo, call } from '../http-call';
import type { BenchLane } from '../lane';
import type { Measurement } from '../measurement';
import { compare, Trial } from '../trial';

const RECORDS = 10_000;

/** Changes two members of each of 10,000 records of a campaign. */
export async function measureCampaign(lane: BenchLane, options: BenchOptions): Promise<Measurement[]> {
  const { service, probe, figuresFile } = lane;
  const campaign = { ...CAMPAIGN, jsonData: newRecords(RECORDS) };
  const created = await call(service, '/api/v1/campaigns/create', { method: 'POST', body: JSON.stringify(campaign) });
  const campaignId = (JSON.parse(created.text) as { data: { id: string } }).data.id;
  const campaignRef = await numberOf(probe, 'SELECT id FROM campaigns WHERE campaign_id = ?', campaignId);
  const settings = { BENCH_CAMPAIGN: campaignRef };
  const floor = await lane.peer('floor.server', settings);
  const textbook = await lane.peer('textbook.server', settings);
  const member = (name: string) =>
    lane.engine === 'sqlite' ? `json_extract(data, '$.${name}')` : `JSON_VALUE(data, '$.${name}')`;
  const stored = {
    columns: ['record_id', ...['first_name', 'payment_status', 'emi_amount'].map(member)].join(', '),
    table: 'campaign_records',
    where: `campaign_ref = ${campaignRef}`,
  };
  const shared = {
    prepare: (turn: number) => changedRecords(campaignId, turn, RECORDS),
    check: async (turn: number) => {
      const versions = await numberOf(probe, `SELECT MIN(version) FROM campaign_records WHERE ${stored.where}`);
      expectSame('versions of records', versions, turn + 1);
      expectSame('records', await storedChecksum(probe, stored), checksumOf(recordLines(turn, RECORDS)));
    },
  };
  const trials: Trial<string>[] = [
    {
      ...shared,
      ...{ subject: 'service', figuresFile, repeats: options.callRepeats },
      send: async (body) => {
        const { status } = await call(service, '/api/v1/customer-data/bulk', { method: 'PUT', body });
        expectSame('status', status, 200);
      },
    },
    {
      ...shared,
      ...{ subject: 'floor', figuresFile: floor.figuresFile, repeats: options.callRepeats },
      send: bodyTo(floor, '/campaign'),
    },
    {
      ...shared,
      ...{ subject: 'textbook', figuresFile: textbook.figuresFile, repeats: options.quick ? 1 : options.callRepeats },
      send: bodyTo(textbook, '/campaign'),
    },
  ];
  return compare(lane, 'campaign', RECORDS, trials);
}
