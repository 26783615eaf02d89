import { campaignFamily } from '../../src/families/campaign.family';
import { cappedMessages, commerceItemError } from '../../src/families/commerce.codes';
import { commerceFamily } from '../../src/families/commerce.family';
import { oauthFamily } from '../../src/families/oauth.family';
import { receivablesFamily } from '../../src/families/receivables.family';
import { AppError } from '../../src/platform/errors/app-error';
import { toAppError } from '../../src/platform/errors/to-app-error';
import { Failure, FAILURES, SECRET } from './failures';

const CONTEXT = {
  requestId: 'request-1',
  at: new Date('2024-10-10T08:34:46.987Z'),
  baseUrl: 'https://api.example.com',
};

const issue = (code: string) => ({ field: 'parent', code, message: `about ${code}`, rejectedValue: null });

function receivablesBody({ errorType, status, message, issues = [] }: Failure): object {
  return {
    errorResponse: {
      apiSubErrors: issues,
      errorMessage: message,
      errorType,
      requestId: 'request-1',
      timestamp: '2024-10-10 08:34:46',
    },
    response_code: status,
    response_message: message,
  };
}

function commerceBody({ status, message, issues, commerce: [code, type] }: Failure): object {
  const messages = issues?.map((issue) => issue.message) ?? [message];
  return { error: { code, messages, moreInfo: `https://api.example.com/errors/${code}`, status, type } };
}

function campaignBody({ status, message, issues, campaign }: Failure): object {
  if (status === 400) {
    return {
      success: false,
      message: 'Validation failed',
      errors: issues?.map((issue) => issue.message) ?? [message],
    };
  }
  if (status === 403) return { success: false, message };
  return { success: false, error: campaign, message: status === 500 ? 'An unexpected error occurred' : message };
}

describe.each(FAILURES.map((failure) => [failure.name, failure] as const))('%s', (_, failure) => {
  const error = toAppError(failure.make());

  it('is exactly one of the nine classes, with fixed words', () => {
    const { errorType, status, message } = error;
    expect({ errorType, status, message }).toEqual({
      errorType: failure.errorType,
      status: failure.status,
      message: failure.message,
    });
  });

  it('is worded by each family as its API prints it', () => {
    const { status } = failure;
    expect(receivablesFamily.render(error, CONTEXT)).toEqual({ status, body: receivablesBody(failure) });
    expect(commerceFamily.render(error, CONTEXT)).toEqual({ status, body: commerceBody(failure) });
    expect(campaignFamily.render(error, CONTEXT)).toEqual({ status, body: campaignBody(failure) });
    expect(oauthFamily.render(error, CONTEXT)).toEqual({
      status,
      body: {
        error: status >= 500 ? 'server_error' : 'invalid_request',
        error_description: failure.message,
        ...receivablesBody(failure),
      },
    });
  });

  it('shows no caller what the foreign error says, and keeps it for the log', () => {
    const bodies = [receivablesFamily, commerceFamily, campaignFamily, oauthFamily].map((f) =>
      f.render(error, CONTEXT),
    );
    expect(JSON.stringify(bodies)).not.toContain(SECRET);
    const thrown = failure.make();
    if (!(thrown instanceof AppError)) expect(error.cause).toEqual(thrown);
  });

  it('says when to try again exactly where trying again may help', () => {
    const waits = failure.status === 503 && !failure.name.includes('COMMIT');
    expect(error.retryAfterSeconds).toBe(waits ? 5 : undefined);
  });
});

describe('codes with words of their own', () => {
  const withCode = (code: string, status = 400) => new AppError(code, 'VALIDATION_ERROR', status, 'Words.');

  it.each([
    ['UNREADABLE_BODY', 10005, 'InvalidJSONPayload'],
    ['INVALID_LOOKUP_KEY', 10006, 'InvalidLookupKey'],
    ['SCHEMA_VIOLATION', 10007, 'SchemaValidationException'],
    ['ROUTE_NOT_FOUND', 10008, 'NotFound'],
    ['INVALID_PAGE', 10015, 'PaginatedResponseException'],
    ['LOOKUP_KEY_MISSING', 10016, 'LookupKeyNotFound'],
    ['INVALID_REQUEST', 10017, 'PayloadValidationError'],
    ['CUSTOMER_EXISTS', 60004, 'CustomerExists'],
    ['CUSTOMER_MULTIPLE_FOUND', 60005, 'CustomerMultipleFound'],
    ['CUSTOMER_NOT_FOUND', 60006, 'CustomerNotFound'],
    ['NOT_FOUND', 60006, 'CustomerNotFound'],
    ['PARENT_CUSTOMER_NOT_FOUND', 60007, 'ParentCustomerNotFound'],
  ])('are numbered in commerce: %s is %d %s', (code, number, type) => {
    expect(commerceFamily.render(withCode(code), CONTEXT).body).toMatchObject({ error: { code: number, type } });
    expect(commerceItemError([issue(code)])).toMatchObject({ code: number, type });
  });

  it.each([
    [412, 400, 'BadRequest'],
    [507, 500, 'InternalError'],
  ])('go in commerce by the class of a status that has no page of its own: %d is %d %s', (status, code, type) => {
    expect(commerceFamily.render(withCode('TEST', status), CONTEXT)).toMatchObject({
      status,
      body: { error: { code, moreInfo: `https://api.example.com/errors/${code}`, status, type } },
    });
  });

  it.each([
    ['INVALID_CLIENT', 'invalid_client'],
    ['INVALID_SCOPE', 'invalid_scope'],
    ['UNSUPPORTED_GRANT_TYPE', 'unsupported_grant_type'],
  ])('are named in OAuth as RFC 6749 names them: %s is %s', (code, name) => {
    expect(oauthFamily.render(withCode(code), CONTEXT).body).toMatchObject({ error: name });
  });
});

describe('an item of commerce that cannot be written', () => {
  it.each(['PARENT_CYCLE', 'ADDRESS_LIMIT', 'INVALID_FORMAT', 'constructor'])(
    'breaks a rule that has no number: %s',
    (code) => {
      expect(commerceItemError([issue(code)])).toEqual({
        code: 10017,
        type: 'PayloadValidationError',
        messages: [`about ${code}`],
      });
    },
  );

  it('failed by no fault of the caller', () => {
    const { code, type, messages } = commerceItemError([issue('SYSTEM_ERROR')]);
    expect([code, type, messages]).toEqual([500, 'InternalError', ['about SYSTEM_ERROR']]);
    expect(commerceItemError([])).toMatchObject({ code: 500, type: 'InternalError', messages: [expect.any(String)] });
  });

  it('is numbered by its first issue and tells all', () => {
    expect(commerceItemError(['PARENT_CUSTOMER_NOT_FOUND', 'INVALID_FORMAT'].map(issue))).toEqual({
      code: 60007,
      type: 'ParentCustomerNotFound',
      messages: ['about PARENT_CUSTOMER_NOT_FOUND', 'about INVALID_FORMAT'],
    });
  });
});

describe('the messages of a commerce error', () => {
  const numbered = (count: number) => Array.from({ length: count }, (_, index) => `message ${index + 1}`);

  it.each([0, 1, 99, 100])('are all shown: %d', (count) => {
    expect(cappedMessages(numbered(count))).toEqual(numbered(count));
  });

  it.each([
    [101, 'and 2 more'],
    [250, 'and 151 more'],
    [10_000, 'and 9901 more'],
  ])('are at most 100: of %d the last says "%s"', (count, last) => {
    const expected = [...numbered(99), last];
    expect(cappedMessages(numbered(count))).toEqual(expected);
    const codedIssues = numbered(count).map((message) => ({ ...issue('INVALID_FORMAT'), message }));
    expect(commerceItemError(codedIssues).messages).toEqual(expected);
    const issues = numbered(count).map((message) => ({ object: 'body', field: 'f', rejectedValue: null, message }));
    const error = new AppError('SCHEMA_VIOLATION', 'VALIDATION_ERROR', 400, 'Bad.', { issues });
    expect(commerceFamily.render(error, CONTEXT).body).toMatchObject({ error: { code: 10007, messages: expected } });
  });
});

describe('a rejected value', () => {
  const shown = (field: string, rejectedValue: unknown) => {
    const issues = [{ object: 'customer', field, rejectedValue, message: 'bad' }];
    const { body } = receivablesFamily.render(new AppError('T', 'VALIDATION_ERROR', 400, 'Bad.', { issues }), CONTEXT);
    return (body as any).errorResponse.apiSubErrors[0].rejectedValue as unknown;
  };

  it('is shown as it was sent', () => {
    expect(shown('pinCode', '0')).toBe('0');
    expect(shown('pinCode', undefined)).toBeNull();
    expect(shown('branchCodes', ['a', { b: 1 }])).toEqual(['a', { b: 1 }]);
  });

  it.each(['ssn', 'client_secret', 'accessToken', 'password', 'customers[3].ssn'])('is masked for %s', (field) => {
    expect(shown(field, SECRET)).toBe('***');
  });

  it('is masked where a secret stands deep inside it', () => {
    const value = { list: [{ ssn: SECRET, name: 'Jane' }], clientSecret: { text: SECRET } };
    expect(shown('customer', value)).toEqual({ list: [{ ssn: '***', name: 'Jane' }], clientSecret: '***' });
  });
});
