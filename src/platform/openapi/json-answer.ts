import { applyDecorators, type Type } from '@nestjs/common';
import { ApiExtraModels, ApiResponse } from '@nestjs/swagger';
import { HeaderName, headerRefs } from './response-headers';

/** A value of a document and what it shows. */
export interface NamedExample {
  readonly summary: string;
  readonly value: unknown;
}

/** Examples by what they show, as a document lists them. */
export function namedExamples(values: Readonly<Record<string, unknown>>): Record<string, NamedExample> {
  return Object.fromEntries(
    Object.entries(values).map(([summary, value], index) => [`example${index + 1}`, { summary, value }]),
  );
}

/** A successful answer in JSON. */
export interface JsonAnswer {
  readonly status: number;
  readonly description: string;
  readonly headers?: readonly HeaderName[];
  /** Classes that the schema refers to. */
  readonly models: readonly Type[];
  readonly schema: object;
  /** Bodies by what they show. */
  readonly bodies: Readonly<Record<string, unknown>>;
}

/** Documents a successful answer in JSON. */
export function ApiJsonAnswer({ status, description, headers = [], models, schema, bodies }: JsonAnswer) {
  return applyDecorators(
    ApiExtraModels(...models),
    ApiResponse({
      status,
      description,
      headers: headerRefs(...headers),
      content: { 'application/json': { schema, examples: namedExamples(bodies) } },
    }),
  );
}
