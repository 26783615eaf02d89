import { applyDecorators, Type } from '@nestjs/common';
import { ApiExtraModels, ApiOkResponse, ApiResponse, getSchemaPath } from '@nestjs/swagger';
import { ERROR_TYPES, ErrorType } from '../platform/errors/error-type';

/** One fault of one field. */
export class ApiSubError {
  /** @example 'UpdateCustomerRequest' */
  object: string;
  /** @example 'pinCode' */
  field: string;
  /** @example '01234' */
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

const EXAMPLES: Readonly<Record<number, { type: ErrorType; message: string; description: string }>> = {
  400: {
    type: 'VALIDATION_ERROR',
    message: 'The request has invalid fields: customerId. Each is explained in the list.',
    description: 'Bad Request',
  },
  401: {
    type: 'UNAUTHORIZED',
    message: 'A valid bearer token is required; send the header "Authorization: Bearer <token>".',
    description: 'Unauthorized',
  },
  403: {
    type: 'INVALID_ACCESS',
    message: 'This token does not reach that company; use its own company id or one below it.',
    description: 'Forbidden',
  },
  404: {
    type: 'RECORD_NOT_FOUND',
    message: 'There is no such customer in this company; check the customer id and parentCompanyId.',
    description: 'Not Found',
  },
  413: {
    type: 'CLIENT_REQUEST_ERROR',
    message: 'The file is too large; split it into several files.',
    description: 'Too large',
  },
  415: {
    type: 'CLIENT_REQUEST_ERROR',
    message: 'The file is a legacy .xls workbook; save it as .xlsx and upload that.',
    description: 'Unsupported file',
  },
  422: {
    type: 'UNPROCESSABLE_REQUEST',
    message: 'The file has no data row below its header; add at least one.',
    description: 'Unprocessable Request',
  },
  500: {
    type: 'UNKNOWN_ERROR',
    message: 'An unexpected error occurred; it was logged under this request id.',
    description: 'Server Error',
  },
  503: {
    type: 'SYSTEM_ERROR',
    message: 'The database does not answer at the moment; try again shortly.',
    description: 'Unavailable',
  },
};

function errorBody(status: number): object {
  const example = EXAMPLES[status];
  return {
    errorResponse: {
      apiSubErrors: [],
      errorMessage: example?.message,
      errorType: example?.type,
      requestId: '5f0c9a1b-2c3d-4e5f-8071-8293a4b5c6d7',
      timestamp: '2024-10-10 08:34:46',
    },
    response_code: status,
    response_message: example?.message,
  };
}

const ERROR_SCHEMA = {
  type: 'object',
  required: ['errorResponse', 'response_code', 'response_message'],
  properties: {
    errorResponse: { $ref: getSchemaPath(ErrorResponse) },
    response_code: { type: 'integer', format: 'int32' },
    response_message: { type: 'string' },
  },
};

/** Documents the error bodies a route of this family may give; 400, 401, 403, 500 and 503 are always among them. */
export function ApiReceivablesErrors(...statuses: readonly number[]): MethodDecorator & ClassDecorator {
  const all = [...new Set([400, 401, 403, 500, 503, ...statuses])].sort();
  return applyDecorators(
    ApiExtraModels(ErrorResponse),
    ...all.map((status) =>
      ApiResponse({
        status,
        description: EXAMPLES[status]?.description ?? '',
        headers: {
          'X-Error-Type': { description: 'The error class.', schema: { type: 'string', enum: [...ERROR_TYPES] } },
        },
        content: { 'application/json': { schema: ERROR_SCHEMA, example: errorBody(status) } },
      }),
    ),
  );
}

/** What a payload is made of: a class, a page of a class, or plain text. */
export type PayloadModel = Type | { readonly pageOf: Type } | 'text';

function payloadSchema(model: PayloadModel): object {
  if (model === 'text') return { type: 'string', example: 'KC7Q2M9RX4T1B8ZC' };
  if (typeof model === 'function') return { $ref: getSchemaPath(model) };
  return {
    type: 'object',
    required: ['items', 'nextCursor'],
    properties: {
      items: { type: 'array', items: { $ref: getSchemaPath(model.pageOf) } },
      nextCursor: { type: 'string', nullable: true },
    },
  };
}

/** Documents the success envelope around a payload. */
export function ApiReceivablesSuccess(model: PayloadModel, description: string): MethodDecorator & ClassDecorator {
  const models = model === 'text' ? [] : [typeof model === 'function' ? model : model.pageOf];
  return applyDecorators(
    ApiExtraModels(...models),
    ApiOkResponse({
      description,
      schema: {
        type: 'object',
        required: ['payload', 'response_code', 'response_message'],
        properties: {
          payload: payloadSchema(model),
          response_code: { type: 'integer', format: 'int32', example: 0 },
          response_message: { type: 'string', example: 'Success' },
        },
      },
    }),
  );
}
