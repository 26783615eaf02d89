import { applyDecorators, Type } from '@nestjs/common';
import { ApiExtraModels, ApiResponse, getSchemaPath } from '@nestjs/swagger';
import type { ErrorType } from '../platform/errors/error-type';
import { ApiAnyJson, ApiInt } from '../platform/openapi/api-schema';
import { HeaderName, headerRefs } from '../platform/openapi/response-headers';

/** One fault of one field. */
export class ApiSubError {
  /**
   * What holds the field.
   * @example 'UpdateCustomerRequest'
   */
  object: string;
  /** @example 'pinCode' */
  field: string;
  /**
   * What was sent; secrets are masked.
   * @example '01234'
   */
  @ApiAnyJson()
  rejectedValue: unknown;
  /** @example 'pinCode must be 6 digits and not begin with 0' */
  message: string;
}

/** What went wrong, in the words of the receivables API. */
export class ErrorResponse {
  apiSubErrors: ApiSubError[];
  /** @example 'The request has invalid fields: pinCode. Each is explained in the list.' */
  errorMessage: string;
  /** @example 'VALIDATION_ERROR' */
  errorType: ErrorType;
  /** @example '5f0c9a1b-2c3d-4e5f-8071-8293a4b5c6d7' */
  requestId: string;
  /**
   * UTC, yyyy-MM-dd HH:mm:ss
   * @example '2024-10-10 08:34:46'
   */
  timestamp: string;
}

/** Error body of the receivables API: the envelope without a payload. */
export class ReceivablesError {
  errorResponse: ErrorResponse;
  /**
   * The HTTP status.
   * @example 400
   */
  @ApiInt()
  response_code: number;
  /** @example 'The request has invalid fields: pinCode. Each is explained in the list.' */
  response_message: string;
}

/** What a payload is made of: a class, a page of a class, or plain text. */
export type PayloadModel = Type | { readonly pageOf: Type } | 'text';

function payloadSchema(model: PayloadModel): object {
  if (model === 'text') return { type: 'string' };
  if (typeof model === 'function') return { $ref: getSchemaPath(model) };
  return {
    type: 'object',
    required: ['items', 'nextCursor'],
    properties: {
      items: { type: 'array', items: { $ref: getSchemaPath(model.pageOf) } },
      nextCursor: { type: 'string', nullable: true, description: 'Value for `cursor` of the next page.' },
    },
  };
}

/** What a success looks like. */
export interface SuccessExamples {
  /** 200 unless said otherwise. */
  readonly status?: 200 | 202;
  readonly description: string;
  /** Payloads by what they show. */
  readonly payloads: Readonly<Record<string, unknown>>;
  readonly headers?: readonly HeaderName[];
}

/** Documents the success envelope around a payload. */
export function ApiReceivablesSuccess(model: PayloadModel, success: SuccessExamples): MethodDecorator {
  const models = model === 'text' ? [] : [typeof model === 'function' ? model : model.pageOf];
  const schema = {
    type: 'object',
    required: ['payload', 'response_code', 'response_message'],
    properties: {
      payload: payloadSchema(model),
      response_code: { type: 'integer', format: 'int32', enum: [0] },
      response_message: { type: 'string', enum: ['Success'] },
    },
  };
  const examples = Object.entries(success.payloads).map(([summary, payload], index) => [
    `example${index + 1}`,
    { summary, value: { payload, response_code: 0, response_message: 'Success' } },
  ]);
  return applyDecorators(
    ApiExtraModels(...models),
    ApiResponse({
      status: success.status ?? 200,
      description: success.description,
      headers: headerRefs(...(success.headers ?? [])),
      content: { 'application/json': { schema, examples: Object.fromEntries(examples) as Record<string, object> } },
    }),
  );
}
