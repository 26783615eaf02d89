import { ApiProperty } from '@nestjs/swagger';

/** A whole number; TypeScript's `number` alone would be documented as one with decimals. */
export function ApiInt(
  options: { readonly minimum?: number; readonly maximum?: number; readonly required?: boolean } = {},
): PropertyDecorator {
  return ApiProperty({ type: 'integer', format: 'int32', ...options });
}

/** Any JSON value: `unknown` would be documented as an object. */
export function ApiAnyJson(): PropertyDecorator {
  return ApiProperty({
    type: undefined,
    anyOf: [
      { type: 'string', nullable: true },
      { type: 'number' },
      { type: 'boolean' },
      { type: 'array', items: {} },
      { type: 'object', additionalProperties: true },
    ],
  });
}
