import { sendJson } from './service-client';
import type { ServiceProcess } from './service-process';

/** Where records of campaigns are read and changed. */
export const RECORDS_PATH = '/api/v1/customer-data';

const CAMPAIGN = {
  ...{ name: 'Chaos', description: 'Leads that change.', campaignType: 'lead', region: 'all', languages: ['hindi'] },
  ...{ startDate: '2026-12-01', endDate: '2026-12-31', startTime: '09:00', endTime: '18:00' },
};

/** A record of a campaign about which nothing is known but its id. */
export function leadOf(id: string): { readonly lead_id: string; readonly lead_date: string } {
  return { lead_id: id, lead_date: '2026-11-21' };
}

/** Makes a campaign of leads and gives its id. @throws when that is refused */
export async function createCampaign(service: ServiceProcess, ids: readonly string[] = []): Promise<string> {
  const jsonData = ids.map(leadOf);
  const body = jsonData.length === 0 ? CAMPAIGN : { ...CAMPAIGN, jsonData };
  const answer = await sendJson(service, 'POST', '/api/v1/campaigns/create', body);
  if (answer?.status !== 201) throw new Error(`The campaign could not be made: ${answer?.text ?? 'no answer'}`);
  return (JSON.parse(answer.text) as { data: { id: string } }).data.id;
}
