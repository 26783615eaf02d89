import { randomInt } from 'node:crypto';
import { giveWay } from '../platform/event-loop/give-way';
import type { CreateCampaignRequest } from './campaign.dto';
import type { NewCampaign } from './campaign.service';
import type { JsonObject } from './records/document-merge';
import { refuseFaults } from './records/record-request';
import { identifierOf, newRecordFaults, recordIdOf } from './records/record.rules';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const ID_CHARACTERS = 22;
const MOST_FAULTS = 100;

/** New public id of a campaign: 131 random bits. */
function newCampaignId(): string {
  return `camp_${Array.from({ length: ID_CHARACTERS }, () => ALPHABET[randomInt(ALPHABET.length)]).join('')}`;
}

/** Request -> campaign with a new id. @throws InvalidRequest when one of its first records is not valid */
export async function toNewCampaign({ jsonData, tags, ...fields }: CreateCampaignRequest): Promise<NewCampaign> {
  const identifier = identifierOf(fields.campaignType);
  const records = new Map<string, JsonObject>();
  const faults: string[] = [];
  for (const [index, record] of (jsonData ?? []).entries()) {
    const found = newRecordFaults(record, fields.campaignType);
    // A record without faults is an object whose identifier is text.
    const id = found.length > 0 ? '' : (recordIdOf(record, fields.campaignType) ?? '');
    if (records.has(id)) found.push(`data.${identifier} stands in an earlier record too`);
    if (found.length === 0) records.set(id, record as JsonObject);
    faults.push(...found.map((fault) => `jsonData[${index}]: ${fault}`));
    if (faults.length >= MOST_FAULTS) break;
    await giveWay();
  }
  refuseFaults(faults.slice(0, MOST_FAULTS));
  return { campaignId: newCampaignId(), fields: { ...fields, tags: tags ?? [] }, records };
}
