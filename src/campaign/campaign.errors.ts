import { defineError } from '../platform/errors/app-error';

/** The campaign is unknown, deleted or another company's: the three look the same. */
export class CampaignNotAccessible extends defineError('CAMPAIGN_NOT_ACCESSIBLE', 'INVALID_ACCESS') {}

/** The campaign has no record of that id. */
export class RecordNotFound extends defineError('CAMPAIGN_RECORD_NOT_FOUND', 'RECORD_NOT_FOUND') {}

/** The record has moved on since the caller read it, or exists already. */
export class RecordConflict extends defineError('CAMPAIGN_RECORD_CONFLICT', 'UNPROCESSABLE_REQUEST', 409) {}

/** The published words for a campaign out of reach. */
export function campaignNotAccessible(): CampaignNotAccessible {
  return new CampaignNotAccessible('Campaign ID invalid or mismatch for your organization.');
}

/** The words for a record that is not there. */
export function recordNotFound(): RecordNotFound {
  return new RecordNotFound('The campaign has no record with this id; check the id.');
}
