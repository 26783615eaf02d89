import { applyDecorators } from '@nestjs/common';
import { ApiBody, getSchemaPath } from '@nestjs/swagger';
import { BULK_CALL_ERRORS } from '../../bulk/bulk-call.openapi';
import { JOB_EXAMPLE } from '../../bulk/bulk.openapi';
import { ApiPreferHeader } from '../../bulk/prefer.openapi';
import type { RowOutcome } from '../../bulk/jobs/bulk-outcome.entity';
import { ApiErrors, refusalOf } from '../../platform/openapi/api-errors';
import { ApiJsonAnswer, namedExamples } from '../../platform/openapi/json-answer';
import { MOST_RECORDS } from '../campaign.dto';
import { campaignNotAccessible } from '../campaign.errors';
import { CampaignAccepted, campaignAccepted, CampaignBulkAnswer, toCampaignAnswer } from './bulk-answer.dto';
import { readRecordsBody } from './record-request';
import { AddRecordsRequest, BulkUpdateRequest } from './record.dto';
import { CONFLICT, INVALID, MISSING } from './record.issues';
import { BROKEN_LOAN, CAMPAIGN_ID, LOAN } from './record.openapi';
import { changeFaults, newRecordFaults } from './record.rules';

/** What became of one record of an example. */
interface Met {
  readonly id: string;
  readonly code?: string;
  /** Why it was refused. */
  readonly reasons?: readonly string[];
}

/** An answer as the service makes it. */
function answerOf(verb: 'Added' | 'Updated', met: readonly Met[], retried = 0): CampaignBulkAnswer {
  const outcomes = met.map(({ id, code = '', reasons = [] }, index): RowOutcome => ({
    row: index + 1,
    verdict: reasons.length > 0 ? 'failed' : verb === 'Added' ? 'created' : 'updated',
    recordId: id,
    issues: reasons.map((message) => ({ field: null, code, message, rejectedValue: null })),
    warnings: [],
  }));
  return toCampaignAnswer(verb, outcomes, retried, []);
}

const UPDATE_BULK_BODIES: Readonly<Record<string, BulkUpdateRequest>> = {
  'Payments of two loans': {
    campaignId: CAMPAIGN_ID,
    records: [
      { id: 'loan_12345', data: { payment_status: 'paid', emi_amount: 5000 } },
      { id: 'loan_67890', data: { payment_status: 'partial', emi_amount: 3000 } },
    ],
  },
  'Only if nobody changed the record meanwhile': {
    campaignId: CAMPAIGN_ID,
    records: [{ id: 'loan_24680', data: { address: { city: 'Pune' }, language: null }, ifVersion: 1 }],
  },
};

const ADD_BULK_BODIES: Readonly<Record<string, AddRecordsRequest>> = {
  'Two loans': {
    campaignId: CAMPAIGN_ID,
    data: [
      { ...LOAN, loan_id: 'loan_11111' },
      { ...LOAN, loan_id: 'loan_22222' },
    ],
  },
  'A loan, under the other name of the list': {
    campaignId: CAMPAIGN_ID,
    records: [{ ...LOAN, loan_id: 'loan_44444' }],
  },
};

const TOO_MANY = Array.from({ length: MOST_RECORDS + 1 }, () => ({}));

const CALLS = {
  update: {
    type: BulkUpdateRequest,
    bodies: UPDATE_BULK_BODIES,
    status: 200,
    whole: 'Every record was written, or says what is stored already.',
    answers: { 'Every record was updated': answerOf('Updated', [{ id: 'loan_12345' }, { id: 'loan_67890' }]) },
    partial: {
      'A record is not there': answerOf(
        'Updated',
        [{ id: 'loan_12345' }, { id: 'loan_67890', code: MISSING, reasons: ['Document not found'] }],
        1,
      ),
      'A record breaks a rule, another moved on': answerOf('Updated', [
        { id: 'loan_12345' },
        { id: 'loan_67890', code: INVALID, reasons: changeFaults('loan_67890', { emi_amount: '3000' }, 'emi') },
        {
          id: 'loan_24680',
          code: CONFLICT,
          reasons: ['[loan_24680]: version conflict, current version [2] is different than the one provided [1]'],
        },
      ]),
    },
    errors: [
      refusalOf(() => readRecordsBody({ campaignId: CAMPAIGN_ID, records: TOO_MANY }, ['records'])),
      refusalOf(() => readRecordsBody({ campaignId: 'abc123', data: [] }, ['records'])),
    ],
  },
  add: {
    type: AddRecordsRequest,
    bodies: ADD_BULK_BODIES,
    status: 201,
    whole: 'Every record was added.',
    answers: { 'Every record was added': answerOf('Added', [{ id: 'loan_11111' }, { id: 'loan_22222' }]) },
    partial: {
      'A record is there already, another breaks rules': answerOf('Added', [
        { id: 'loan_11111' },
        {
          id: 'loan_12345',
          code: CONFLICT,
          reasons: ['[loan_12345]: version conflict, document already exists'],
        },
        { id: 'loan_33333', code: INVALID, reasons: newRecordFaults(BROKEN_LOAN, 'emi') },
      ]),
    },
    errors: [
      refusalOf(() => readRecordsBody({ campaignId: CAMPAIGN_ID, data: TOO_MANY }, ['data', 'records'])),
      refusalOf(() => readRecordsBody({ campaignId: 'abc123', data: [], records: [] }, ['data', 'records'])),
    ],
  },
} as const;

/** Documents a bulk call: its body, its answers and its errors. */
export function ApiCampaignBulk(call: keyof typeof CALLS): MethodDecorator {
  const { type, bodies, status, whole, answers, partial, errors } = CALLS[call];
  const answer = {
    models: [CampaignBulkAnswer],
    schema: { $ref: getSchemaPath(CampaignBulkAnswer) },
    headers: ['X-Job-Id'],
  } as const;
  return applyDecorators(
    ApiBody({ type, examples: namedExamples(bodies) }),
    ApiJsonAnswer({ ...answer, status, description: whole, bodies: answers }),
    ApiJsonAnswer({
      ...answer,
      status: 207,
      description: 'At least one record was not written; the answer says which and why, in the order of the request.',
      bodies: partial,
    }),
    ApiPreferHeader(),
    ApiJsonAnswer({
      models: [CampaignAccepted],
      schema: { $ref: getSchemaPath(CampaignAccepted) },
      headers: ['X-Job-Id', 'Location'],
      status: 202,
      description: 'The job is not done yet and goes on; read what became of it at its address.',
      bodies: { 'A call that did not wait': campaignAccepted(JOB_EXAMPLE) },
    }),
    ApiErrors(...errors, campaignNotAccessible(), ...BULK_CALL_ERRORS),
  );
}
