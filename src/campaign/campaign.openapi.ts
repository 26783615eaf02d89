import type { CampaignSuccess } from '../families/campaign.openapi';
import type { AppError } from '../platform/errors/app-error';
import { Conflict, InvalidRequest } from '../platform/errors/http.errors';
import { BULK_BODY_TOO_LARGE, invalidField, refusalOf } from '../platform/openapi/api-errors';
import { compiledBody } from '../platform/validation/compiled-body';
import { countDiffers } from '../platform/validation/expected-count';
import {
  CampaignPagination,
  type CampaignResponse,
  CreateCampaignRequest,
  type DeletedCampaign,
  UpdateCampaignRequest,
} from './campaign.dto';
import { campaignNotAccessible } from './campaign.errors';
import { BROKEN_LOAN, NEW_LOAN } from './records/record.openapi';
import { refuseFaults } from './records/record-request';
import { newRecordFaults } from './records/record.rules';

/** A campaign as it is created. */
const CAMPAIGN: CreateCampaignRequest = {
  name: 'January instalments',
  description: 'Reminds of instalments that fall due in January.',
  campaignType: 'emi',
  startDate: '2027-01-01',
  endDate: '2027-01-31',
  startTime: '09:00',
  endTime: '18:00',
  languages: ['hindi', 'english'],
  region: 'all',
};

export const CREATE_BODIES: Readonly<Record<string, CreateCampaignRequest>> = {
  'With its first record': { ...CAMPAIGN, tags: ['q1', 'priority'], jsonData: [NEW_LOAN] },
  'As little as it takes': {
    ...CAMPAIGN,
    name: 'Offers for the south',
    description: 'Rings up those who asked for an offer.',
    campaignType: 'lead',
    languages: ['tamil'],
    region: 'south',
  },
};

export const UPDATE_BODIES: Readonly<Record<string, UpdateCampaignRequest>> = {
  'Two weeks longer, in one more language': { endDate: '2027-02-14', languages: ['hindi', 'english', 'marathi'] },
};

/** The first of `CREATE_BODIES` as it is answered. */
const NEW_CAMPAIGN: CampaignResponse = {
  id: 'camp_Zx81LmQp0aVt7RkWc2YdNf',
  ...CAMPAIGN,
  tags: ['q1', 'priority'],
  createdAt: '2026-11-21T09:30:00.000Z',
  updatedAt: '2026-11-21T09:30:00.000Z',
};

/** The campaign of the demo data. */
const DEMO: CampaignResponse = {
  ...NEW_CAMPAIGN,
  id: 'camp_abc123',
  name: 'December instalments',
  description: 'Reminds of instalments that fall due in December.',
  startDate: '2026-12-01',
  endDate: '2026-12-31',
  tags: ['demo'],
};

export const CREATE_ANSWERS: Readonly<Record<string, CampaignSuccess<CampaignResponse>>> = {
  'The new campaign': { success: true, message: 'Campaign created successfully', data: NEW_CAMPAIGN },
};

export const LIST_ANSWERS: Readonly<
  Record<string, CampaignSuccess<CampaignResponse[]> & { pagination: CampaignPagination }>
> = {
  'One campaign': {
    success: true,
    data: [DEMO],
    pagination: { page: 1, limit: 10, total: 1, totalPages: 1 },
  },
  'Nothing found': { success: true, data: [], pagination: { page: 1, limit: 10, total: 0, totalPages: 0 } },
};

export const READ_ANSWERS: Readonly<Record<string, CampaignSuccess<CampaignResponse>>> = {
  'A campaign': { success: true, data: DEMO },
};

const UPDATED: CampaignSuccess<CampaignResponse> = {
  success: true,
  message: 'Campaign updated successfully',
  data: {
    ...DEMO,
    endDate: '2027-02-14',
    languages: ['hindi', 'english', 'marathi'],
    updatedAt: '2026-11-22T11:00:00.000Z',
  },
};

export const UPDATE_ANSWERS: Readonly<Record<string, CampaignSuccess<CampaignResponse> & { updatedFields: string[] }>> =
  {
    'The changed campaign': { ...UPDATED, updatedFields: ['endDate', 'languages'] },
    'All of it was stored already': { ...UPDATED, updatedFields: [] },
  };

/** Schema of the member that tells what a change changed. */
export const UPDATED_FIELDS = {
  type: 'array',
  items: { type: 'string' },
  description: 'Members that differ from before.',
};

export const DELETE_ANSWERS: Readonly<Record<string, CampaignSuccess<DeletedCampaign>>> = {
  'The campaign is gone': {
    success: true,
    data: { id: 'camp_abc123' },
    message: 'Campaign deleted successfully',
  },
};

const ENDS_TOO_EARLY = new InvalidRequest('endDate must not be before startDate');

export const CREATE_ERRORS: readonly AppError[] = [
  refusalOf(() => compiledBody(CreateCampaignRequest)({ ...CAMPAIGN, name: undefined, startTime: '9:00' })),
  refusalOf(() => refuseFaults(newRecordFaults(BROKEN_LOAN, 'emi').map((fault) => `jsonData[0]: ${fault}`))),
  ENDS_TOO_EARLY,
  BULK_BODY_TOO_LARGE,
];

export const LIST_ERRORS: readonly AppError[] = [
  invalidField('CampaignListQuery', 'limit', 101, 'limit must not be greater than 100'),
];

/** Errors of a route on one campaign. */
export const LOOKUP_ERRORS: readonly AppError[] = [
  invalidField('CampaignIdParam', 'id', 'abc123', 'id must be camp_ followed by 1 to 40 letters and digits'),
  campaignNotAccessible(),
];

export const DELETE_ERRORS: readonly AppError[] = [
  ...LOOKUP_ERRORS,
  invalidField('DeleteCampaignQuery', 'expectedRecords', -1, 'expectedRecords must not be less than 0'),
  countDiffers('expectedRecords', 5, 4),
];

export const UPDATE_ERRORS: readonly AppError[] = [
  ...LOOKUP_ERRORS,
  invalidField('UpdateCampaignRequest', 'endTime', '24:00', 'endTime must be a time of day as HH:mm, 00:00 to 23:59'),
  ENDS_TOO_EARLY,
  new Conflict(
    'The campaign has records that are known by loan_id; a type whose records are known by lead_id needs a new campaign.',
  ),
];
