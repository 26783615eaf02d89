import type { Type } from '@nestjs/common';
import { getSchemaPath } from '@nestjs/swagger';
import { ApiInt } from '../platform/openapi/api-schema';
import { ApiJsonAnswer } from '../platform/openapi/json-answer';
import type { HeaderName } from '../platform/openapi/response-headers';
import { commerceAnswer } from './commerce.answer';

/** What went wrong, in the words of the commerce API. */
export class CommerceErrorDetail {
  /**
   * Number of the kind of error; the HTTP status where the published list has none.
   * @example 10007
   */
  @ApiInt()
  code: number;
  /** @example ['#/customers/0: extraneous key [company] is not permitted'] */
  messages: string[];
  /**
   * Page that explains the code.
   * @example 'https://rollbook.example/errors/10007'
   */
  moreInfo: string;
  /**
   * The HTTP status.
   * @example 400
   */
  @ApiInt()
  status: number;
  /** @example 'SchemaValidationException' */
  type: string;
}

/** Error body of the commerce API (everything below `/customers`). */
export class CommerceError {
  error: CommerceErrorDetail;
}

/** One answer: `data`, the message that goes with it, and where they are not the obvious ones the other members. */
export interface CommerceExample {
  readonly data: unknown;
  readonly message: string;
  readonly total?: number;
  readonly more?: Readonly<Record<string, unknown>>;
}

/** What a success of the commerce API looks like. */
export interface CommerceSuccess {
  readonly description: string;
  /** Answers by what they show. */
  readonly examples: Readonly<Record<string, CommerceExample>>;
  /** Schemas of further members next to `data`. */
  readonly more?: Readonly<Record<string, object>>;
  readonly headers?: readonly HeaderName[];
}

/** Documents the envelope `{ data, messages, total }` around one thing, or a list of things. */
export function ApiCommerceSuccess(
  status: 200 | 201 | 202,
  model: Type | readonly [Type],
  success: CommerceSuccess,
): MethodDecorator {
  const isList = typeof model !== 'function';
  const Model = isList ? model[0] : model;
  const ref = { $ref: getSchemaPath(Model) };
  const more = success.more ?? {};
  const schema = {
    type: 'object',
    required: ['data', 'messages', 'total', ...Object.keys(more)],
    properties: {
      data: isList ? { type: 'array', items: ref } : ref,
      messages: { type: 'array', items: { type: 'string' }, description: 'What was done, in one sentence.' },
      total: { type: 'integer', format: 'int32', description: 'How many things there are, on all pages together.' },
      ...more,
    },
  };
  const bodies = Object.entries(success.examples).map(([summary, example]) => [
    summary,
    { ...commerceAnswer(example.data, example.message, example.total), ...example.more },
  ]);
  return ApiJsonAnswer({
    status,
    description: success.description,
    headers: success.headers,
    models: [Model],
    schema,
    bodies: Object.fromEntries(bodies) as Record<string, object>,
  });
}
