import { applyDecorators } from '@nestjs/common';
import { ApiExtraModels, ApiOkResponse, getSchemaPath } from '@nestjs/swagger';
import { ApiInt } from '../platform/openapi/api-schema';
import { COMMERCE_CATALOGUE, CommerceCode } from './commerce.catalogue';

/** What the page of an error says, for programs. */
export class CommerceErrorPage {
  /**
   * Number of the kind of error, as in `error.code`.
   * @example 10007
   */
  @ApiInt()
  code: number;
  /** @example 'SchemaValidationException' */
  type: string;
  /**
   * The HTTP status.
   * @example 400
   */
  @ApiInt()
  status: number;
  /** What went wrong. */
  meaning: string;
  /** What to do about it. */
  remedy: string;
}

/** All errors of the commerce API. */
export class CommerceErrorList {
  errors: CommerceErrorPage[];
}

/** The JSON of a page. */
export function toCommerceErrorPage({ code, type, status, meaning, remedy }: CommerceCode): CommerceErrorPage {
  return { code, type, status, meaning, remedy };
}

/** The JSON of the list. */
export function toCommerceErrorList(): CommerceErrorList {
  return { errors: COMMERCE_CATALOGUE.map(toCommerceErrorPage) };
}

/** The codes of all pages. */
export const ERROR_NUMBERS: readonly number[] = COMMERCE_CATALOGUE.map(({ code }) => code);

/** Documents an answer that is a page for people and JSON for programs. */
export function ApiPage(description: string, model: typeof CommerceErrorPage | typeof CommerceErrorList) {
  const list = toCommerceErrorList();
  const example = model === CommerceErrorList ? list : list.errors.find(({ code }) => code === 10007);
  return applyDecorators(
    ApiExtraModels(model),
    ApiOkResponse({
      description,
      content: {
        'text/html': { schema: { type: 'string' }, example: '<!doctype html><html lang="en">…</html>' },
        'application/json': { schema: { $ref: getSchemaPath(model) }, example },
      },
    }),
  );
}
