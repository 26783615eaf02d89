import type { Type } from '@nestjs/common';
import { getSchemaPath } from '@nestjs/swagger';
import { ApiJsonAnswer } from '../platform/openapi/json-answer';

/** Error body of the campaign API (`/api/v1`) for 400: every fault of the call. */
export class CampaignValidationError {
  /** @example false */
  success: boolean;
  /** @example 'Validation failed' */
  message: string;
  /** @example ['records cannot exceed 10000 items per request'] */
  errors: string[];
}

/** Error body of the campaign API for 403: the same for an unknown and for a foreign campaign. */
export class CampaignRefusal {
  /** @example false */
  success: boolean;
  /** @example 'Campaign ID invalid or mismatch for your organization.' */
  message: string;
}

/** Error body of the campaign API for all other statuses. */
export class CampaignError {
  /** @example false */
  success: boolean;
  /**
   * Name of the kind of error.
   * @example 'InternalServerError'
   */
  error: string;
  /** @example 'An unexpected error occurred' */
  message: string;
}

/** Success body of the campaign API. */
export interface CampaignSuccess<T> {
  readonly success: true;
  readonly message?: string;
  readonly data: T;
}

/** What stands in a success besides `success`. */
export interface CampaignShape {
  /** One thing, or a list of things. */
  readonly data: Type | readonly [Type];
  /** True where the answer says in a sentence what was done. */
  readonly message?: boolean;
  /** Further members next to `data`: classes or schemas. */
  readonly more?: Readonly<Record<string, object | Type>>;
}

/** A success and what it looks like. */
export interface CampaignSuccesses {
  readonly description: string;
  /** Bodies by what they show. */
  readonly examples: Readonly<Record<string, CampaignSuccess<unknown>>>;
}

const refTo = (Model: Type) => ({ $ref: getSchemaPath(Model) });
const isModel = (member: unknown): member is Type => typeof member === 'function';

function schemaOf({ data, message = false, more = {} }: CampaignShape): object {
  const others = Object.entries(more).map(([name, member]) => [name, isModel(member) ? refTo(member) : member]);
  return {
    type: 'object',
    required: ['success', ...(message ? ['message'] : []), 'data', ...Object.keys(more)],
    properties: {
      success: { type: 'boolean', enum: [true] },
      ...(message && { message: { type: 'string', description: 'What was done, in one sentence.' } }),
      data: isModel(data) ? refTo(data) : { type: 'array', items: refTo(data[0]) },
      ...(Object.fromEntries(others) as Record<string, object>),
    },
  };
}

/** Documents the envelope `{ success, message?, data, … }` of an answer that has one of those shapes. */
export function ApiCampaignSuccess(
  status: 200 | 201,
  shapes: CampaignShape | readonly [CampaignShape, CampaignShape],
  { description, examples }: CampaignSuccesses,
): MethodDecorator {
  const all = 'data' in shapes ? [shapes] : shapes;
  const schemas = all.map(schemaOf);
  const models = all.flatMap(({ data, more = {} }) => [
    isModel(data) ? data : data[0],
    ...Object.values(more).filter(isModel),
  ]);
  const [only = {}] = schemas;
  // Closed, so that an answer fits one of several only.
  const closed = schemas.map((one) => ({ ...one, additionalProperties: false }));
  const schema = schemas.length === 1 ? only : { oneOf: closed };
  return ApiJsonAnswer({ status, description, models, schema, bodies: examples });
}
