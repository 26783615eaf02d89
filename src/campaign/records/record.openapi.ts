import type { CampaignSuccess } from '../../families/campaign.openapi';
import type { AppError } from '../../platform/errors/app-error';
import { InvalidRequest } from '../../platform/errors/http.errors';
import { decodeCursor } from '../../platform/http/cursor';
import { BULK_BODY_TOO_LARGE, invalidField, refusalOf } from '../../platform/openapi/api-errors';
import { campaignNotAccessible, RecordConflict, recordNotFound } from '../campaign.errors';
import type { JsonObject } from './document-merge';
import type { RecordHistoryItem, RecordHistoryPagination } from './record-history.dto';
import { readRecordBody, refuseFaults } from './record-request';
import type {
  AddedRecord,
  AddRecordRequest,
  RecordPagination,
  RecordResponse,
  UpdatedRecord,
  UpdateRecordRequest,
} from './record.dto';
import { newRecordFaults } from './record.rules';
import { readSingleUpdate } from './single-update';

/** The campaign of the published example; the demo data have it. */
export const CAMPAIGN_ID = 'camp_abc123';

/** A record of the demo data. */
export const LOAN: JsonObject = {
  loan_id: 'loan_12345',
  first_name: 'Asha',
  last_name: 'Rao',
  phone_number: '+919800000000',
  loan_amount: 120000,
  emi_amount: 6000,
  loan_period: 24,
  current_emi: 5,
  emi_due_date: '2026-12-05',
  payment_status: 'due',
  language: 'hindi',
};

/** A record no campaign has yet, with members beyond the known ones. */
export const NEW_LOAN: JsonObject = {
  ...LOAN,
  loan_id: 'loan_13579',
  first_name: 'Kabir',
  last_name: 'Menon',
  branch: { city: 'Kochi', code: 'KL-07' },
  notes: ['prefers the morning'],
};

/** A record that breaks two rules: a member is missing, another is of the wrong type. */
export const BROKEN_LOAN: JsonObject = {
  loan_id: 'loan_33333',
  first_name: 'Kabir',
  last_name: 'Menon',
  phone_number: '+919800000000',
  loan_amount: 'a lot',
  emi_amount: 6000,
  loan_period: 24,
  current_emi: 5,
  emi_due_date: '2026-12-05',
  payment_status: 'due',
};

const RULES = {
  merge:
    '`data` is merged into the record (RFC 7396): objects merge, null removes a member, everything else replaces. Each change raises the `version` of the record by one; a change that says what is stored already does not.',
  known:
    'Records of *emi* and *edi* campaigns need `loan_id`, `first_name`, `last_name`, `phone_number`, `loan_amount`, `emi_amount`, `loan_period`, `current_emi`, `emi_due_date`, `payment_status` and `language`; those of *lead* campaigns `lead_id` and `lead_date`. Any other member is free: up to 100 of them, 5 levels deep, 32 KiB in all.',
  call: 'A body that is wrong as a whole is refused: 400, and nothing is written. Otherwise each record is judged by itself:\n\n- one that breaks a rule is not tried and stands among `invalidRecords`,\n- one that could not be written stands among `errors`,\n- all others are written.',
};

/** What the routes do, for their readers. */
export const RECORD_RULES = {
  add: RULES.known,
  bulkAdd: `${RULES.known}\n\n${RULES.call}`,
  update: `${RULES.merge} With \`ifVersion\` it is changed only if it still has that version.`,
  bulkUpdate: `${RULES.merge} A record with \`ifVersion\` is changed only if it still has that version. The same id twice: both changes apply, in order.\n\n${RULES.call}`,
};

export const ADD_BODIES: Readonly<Record<string, AddRecordRequest>> = {
  'A loan with members of its own': { campaignId: CAMPAIGN_ID, data: NEW_LOAN },
};

export const UPDATE_BODIES: Readonly<Record<string, UpdateRecordRequest>> = {
  'Changes two members': {
    campaignId: CAMPAIGN_ID,
    id: 'loan_12345',
    data: { payment_status: 'paid', emi_amount: 5000 },
  },
  'Adds an object, takes a member away, under the other name of the id': {
    campaignId: CAMPAIGN_ID,
    loan_id: 'loan_67890',
    data: { address: { city: 'Pune' }, language: null },
  },
};

const at = { createdAt: '2026-11-21T09:30:00.000Z', updatedAt: '2026-11-21T09:30:00.000Z' };

const RECORD: RecordResponse = { id: 'loan_12345', version: 1, data: LOAN, ...at };

export const READ_ANSWERS = {
  'With an id: the record': { success: true, data: RECORD } satisfies CampaignSuccess<RecordResponse>,
  'Without: a page of records': {
    success: true,
    data: [RECORD],
    pagination: { limit: 1, total: 3, nextCursor: 'YWZ0ZXI6MQ' },
  } satisfies CampaignSuccess<RecordResponse[]> & { pagination: RecordPagination },
};

export const HISTORY_ANSWERS: Readonly<
  Record<string, CampaignSuccess<RecordHistoryItem[]> & { pagination: RecordHistoryPagination }>
> = {
  'Changed by a bulk job, then by a single request': {
    success: true,
    data: [
      {
        at: '2026-11-22T08:15:00.000Z',
        by: 'key:key_5f0c9a1b2c3d4e5f60718293',
        jobId: null,
        row: null,
        version: 3,
        changes: [
          { field: 'language', from: 'hindi' },
          { field: 'address', to: { city: 'Pune' } },
        ],
      },
      {
        at: '2026-11-21T10:00:00.000Z',
        by: 'key:key_5f0c9a1b2c3d4e5f60718293',
        jobId: 'JOB7Q2M9RX4T1B8ZC7Q2M9RX4T1B8',
        row: 2,
        version: 2,
        changes: [
          { field: 'emi_amount', from: 4000, to: 3000 },
          { field: 'payment_status', from: 'due', to: 'partial' },
        ],
      },
    ],
    pagination: { limit: 2, nextCursor: 'YWZ0ZXI6NA' },
  },
};

export const ADD_ANSWERS: Readonly<Record<string, CampaignSuccess<AddedRecord>>> = {
  'The record was added': {
    success: true,
    message: 'Customer added to campaign successfully',
    data: { id: 'loan_13579', campaignId: CAMPAIGN_ID },
  },
};

export const UPDATE_ANSWERS: Readonly<Record<string, CampaignSuccess<UpdatedRecord>>> = {
  'The record was changed': {
    success: true,
    message: 'Customer data updated successfully',
    data: { id: 'loan_12345', result: 'updated', version: 2 },
  },
  'All of it was stored already': {
    success: true,
    message: 'Customer data updated successfully',
    data: { id: 'loan_12345', result: 'noop', version: 2 },
  },
};

const NO_CAMPAIGN_ID = { extra: true };

const INVALID_CAMPAIGN_ID = (query: string) =>
  invalidField(query, 'campaignId', 'abc123', 'campaignId must be camp_ followed by 1 to 40 letters and digits');

const INVALID_CURSOR = refusalOf(() => decodeCursor('2'));

export const READ_ERRORS: readonly AppError[] = [
  INVALID_CAMPAIGN_ID('RecordQuery'),
  INVALID_CURSOR,
  campaignNotAccessible(),
  recordNotFound(),
];

export const HISTORY_ERRORS: readonly AppError[] = [
  INVALID_CAMPAIGN_ID('RecordHistoryQuery'),
  INVALID_CURSOR,
  campaignNotAccessible(),
  recordNotFound(),
];

export const ADD_ERRORS: readonly AppError[] = [
  refusalOf(() => readRecordBody(NO_CAMPAIGN_ID, ['data'])),
  refusalOf(() => refuseFaults(newRecordFaults(BROKEN_LOAN, 'emi'))),
  campaignNotAccessible(),
  new RecordConflict('[loan_13579]: version conflict, document already exists'),
  BULK_BODY_TOO_LARGE,
];

export const UPDATE_ERRORS: readonly AppError[] = [
  refusalOf(() => readSingleUpdate(NO_CAMPAIGN_ID)),
  refusalOf(() =>
    readSingleUpdate({
      campaignId: CAMPAIGN_ID,
      id: 'loan_12345',
      loan_id: 'loan_12345',
      data: { emi_amount: -1 },
      ifVersion: 0,
    }).read('emi'),
  ),
  new InvalidRequest('The document would have 262145 bytes; it can have 262144'),
  campaignNotAccessible(),
  recordNotFound(),
  new RecordConflict('[loan_12345]: version conflict, current version [2] is different than the one provided [1]'),
  BULK_BODY_TOO_LARGE,
];
