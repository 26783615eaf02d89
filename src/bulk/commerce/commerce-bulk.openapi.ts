import { applyDecorators } from '@nestjs/common';
import {
  BulkIdRequest,
  BulkSourceIdRequest,
  IdItem,
  SourceIdItem,
} from '../../customer/commerce/commerce-customer.dto';
import { LookupKeyMissing } from '../../customer/commerce/commerce.errors';
import { COMMERCE_ISSUES } from '../../customer/commerce/commerce.issues';
import { ApiCommerceBody, CUSTOMER, schemaViolation } from '../../customer/commerce/commerce.openapi';
import { ApiCommerceSuccess, CommerceExample } from '../../families/commerce.openapi';
import { ApiErrors } from '../../platform/openapi/api-errors';
import { BULK_CALL_ERRORS } from '../bulk-call.openapi';
import { ApiPreferHeader } from '../prefer.openapi';
import { ItemAnswer, toBulkAnswer } from '../dto/commerce-answer.dto';

const RULES = `Absent members keep their value, null clears. Items apply in order.

A body that breaks the schema is refused as a whole: 400, and nothing is written. Otherwise each item is written, or answered with \`success: false\` and its error while the others go on.`;

/** What the bulk calls do, for their readers. */
export const BULK_RULES = {
  sourceId: `A customer is found by \`source\`, \`sourceId\` and \`language\`, and created where there is none. An item without a language means the customer of its \`source\` and \`sourceId\`, and is refused where there are several.

${RULES} A later item may name an earlier one as its parent.`,
  id: RULES,
};

const COMPANY: SourceIdItem = { source: 'REST-API', sourceId: 4711, language: 'en', lastName: 'Trimergo' };
const PERSON: SourceIdItem = { ...CUSTOMER, parent: { source: 'REST-API', sourceId: 4711 } };

const SOURCE_ID_BODIES: Readonly<Record<string, BulkSourceIdRequest>> = {
  'A company, and a person below it': { customers: [COMPANY, PERSON] },
  'As little as it takes': { customers: [{ source: 'REST-API', sourceId: 3002196 }] },
};

/** Ids that nobody has: whoever sends the example as it stands must not change a customer by accident. */
const [PERSON_ID, COMPANY_ID] = [1234567890, 1234567891];

const CHANGE: IdItem = { id: PERSON_ID, email: 'miles.mccoy@example.com', parent: { id: COMPANY_ID } };

const ID_BODIES: Readonly<Record<string, BulkIdRequest>> = {
  'Changes a customer and clears a field of another; put in ids of your own': {
    customers: [CHANGE, { id: COMPANY_ID, title: null }],
  },
};

interface Met {
  readonly key: string | number;
  readonly verdict: 'created' | 'updated' | 'failed';
  readonly id?: number;
  readonly issue?: ReturnType<typeof COMMERCE_ISSUES.nameless>;
}

/** An answer as the service renders it. */
function answerOf(lookupKey: string, met: readonly Met[]): CommerceExample {
  const outcomes = met.map(({ verdict, id, issue }, index) => ({
    row: index + 1,
    verdict,
    recordId: id === undefined ? null : String(id),
    issues: issue === undefined ? [] : [issue],
    warnings: [],
  }));
  const keys = met.map(({ key }) => key);
  const { data, messages } = toBulkAnswer(lookupKey, keys, outcomes);
  return { data, message: messages.join() };
}

const PARENT = { source: 'REST-API', sourceId: '4711', language: null };

const KINDS = {
  sourceId: {
    type: BulkSourceIdRequest,
    bodies: SOURCE_ID_BODIES,
    answers: {
      'Every item was written': answerOf('sourceId', [
        { key: 4711, verdict: 'created', id: 109 },
        { key: 3002196, verdict: 'updated', id: 25494 },
      ]),
      'One item was refused': answerOf('sourceId', [
        { key: '3002195', verdict: 'created', id: 25493 },
        { key: 3002196, verdict: 'failed', issue: COMMERCE_ISSUES.parentNotFound(PARENT) },
      ]),
    },
    faults: [
      '#/customers/0: extraneous key [company] is not permitted',
      '#/customers/3: required key [source] not found',
      '#/customers/3/email: expected type: String, found: Integer',
    ],
    keyless: '#/customers/0: required key [sourceId] not found',
  },
  id: {
    type: BulkIdRequest,
    bodies: ID_BODIES,
    answers: {
      'Every item was written': answerOf('id', [
        { key: PERSON_ID, verdict: 'updated', id: PERSON_ID },
        { key: COMPANY_ID, verdict: 'updated', id: COMPANY_ID },
      ]),
      'One item was refused': answerOf('id', [
        { key: PERSON_ID, verdict: 'updated', id: PERSON_ID },
        { key: COMPANY_ID, verdict: 'failed', issue: COMMERCE_ISSUES.notFound({ id: COMPANY_ID }) },
      ]),
    },
    faults: [
      '#/customers/0: extraneous key [company] is not permitted',
      '#/customers/3/id: expected type: Integer, found: String',
    ],
    keyless: '#/customers/0: required key [id] not found',
  },
};

/** Documents a bulk call: its body, its answers and its errors. */
export function ApiCommerceBulk(lookupKey: keyof typeof KINDS): MethodDecorator {
  const { type, bodies, answers, faults, keyless } = KINDS[lookupKey];
  const violation = schemaViolation(...faults);
  const [fault] = schemaViolation(keyless).issues;
  return applyDecorators(
    ApiCommerceBody(type, bodies),
    ApiCommerceSuccess(200, [ItemAnswer], {
      description:
        'What became of the items, in the order of the request; 200 whenever the body has the right shape, even if every item was refused.',
      examples: answers,
      headers: ['X-Job-Id'],
    }),
    ApiPreferHeader(),
    ApiCommerceSuccess(202, [ItemAnswer], {
      description: 'The job is not done yet and goes on; read what became of it at its address.',
      examples: { 'A call that did not wait': { data: [], message: 'Accepted', total: 2 } },
      headers: ['X-Job-Id', 'Location'],
    }),
    ApiErrors(
      violation,
      new LookupKeyMissing(violation.message, { issues: fault === undefined ? [] : [fault] }),
      ...BULK_CALL_ERRORS,
    ),
  );
}
