import { Transform } from 'class-transformer';

/**
 * A whole number of a query: decimal digits, perhaps behind a minus. Anything else stays the text it is, for the rules
 * of the member to refuse; `Number` would take `0x10`, `1e1` and a blank.
 */
export function QueryInteger(): PropertyDecorator {
  return Transform(({ value }: { value: unknown }) =>
    typeof value === 'string' && /^-?\d{1,15}$/.test(value) ? Number(value) : value,
  );
}
