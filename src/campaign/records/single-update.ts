import type { CampaignType } from '../campaign.entity';
import type { SingleUpdate } from './campaign-record.service';
import type { JsonObject } from './document-merge';
import { readRecordBody, refuseFaults } from './record-request';
import { changeFaults, idFault } from './record.rules';

const NAMES_OF_ID = ['id', 'loan_id', 'lead_id'] as const;

/**
 * Reads the body of a change of one record; its data is judged when the type of the campaign is known.
 *
 * @throws InvalidRequest with every fault, from `read` too
 */
export function readSingleUpdate(body: unknown): {
  campaignId: string;
  read: (type: CampaignType) => SingleUpdate;
} {
  const { campaignId, members } = readRecordBody(body, [...NAMES_OF_ID, 'data', 'ifVersion']);
  const given = NAMES_OF_ID.filter((name) => members[name] !== undefined);
  const name = given[0] ?? 'id';
  const { [name]: id, data, ifVersion } = members;
  return {
    campaignId,
    read: (type) => {
      const idWrong = idFault(id, name);
      const isVersion = ifVersion === undefined || (Number.isSafeInteger(ifVersion) && Number(ifVersion) >= 1);
      refuseFaults([
        ...(given.length > 1 ? [`${given.join(' and ')} both name the record; send one of them`] : []),
        ...(idWrong === null ? [] : [idWrong]),
        ...changeFaults(typeof id === 'string' ? id : '', data, type),
        ...(isVersion ? [] : ['ifVersion must be a whole number of 1 or more']),
      ]);
      // Both have passed their rules.
      return { recordId: id as string, data: data as JsonObject, ifVersion: ifVersion as number | undefined };
    },
  };
}
