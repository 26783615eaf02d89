import type { Test } from 'supertest';

/** Fields an answer of 400 complains about, once each. */
export async function refusedFields(request: Test): Promise<string[]> {
  const { status, body, headers } = await request;
  if (status !== 400) throw new Error(`expected 400, got ${status}: ${JSON.stringify(body)}`);
  expect(headers['x-error-type']).toBe('VALIDATION_ERROR');
  expect(body.errorResponse.errorType).toBe('VALIDATION_ERROR');
  expect(body.response_code).toBe(400);
  expect(body).not.toHaveProperty('payload');
  const fields = body.errorResponse.apiSubErrors.map(({ field }: { field: string }) => field);
  return [...new Set<string>(fields)];
}

/** The parts of an error answer that may not tell two situations apart. */
export async function answerOf(request: Test): Promise<unknown> {
  const { status, body, headers } = await request;
  const { requestId: _id, timestamp: _at, ...errorResponse } = body.errorResponse ?? {};
  return { status, type: headers['x-error-type'], body: { ...body, errorResponse } };
}
