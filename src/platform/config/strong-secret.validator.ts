import { ValidateBy } from 'class-validator';

const MIN_CHARACTERS = 32;
const MIN_DISTINCT_CHARACTERS = 10;
const EXAMPLE_WORDS = /change[-_ ]?me|example|secret|password|default|placeholder|dummy|sample|12345678|abcdefgh/i;

/** A secret nobody could guess or copy from a manual: long, varied, and without the words examples are made of. */
export function isStrongSecret(value: unknown): boolean {
  return (
    typeof value === 'string' &&
    value.length >= MIN_CHARACTERS &&
    new Set(value).size >= MIN_DISTINCT_CHARACTERS &&
    !EXAMPLE_WORDS.test(value)
  );
}

/** Property decorator over `isStrongSecret`. */
export function IsStrongSecret(): PropertyDecorator {
  return ValidateBy({
    name: 'isStrongSecret',
    validator: {
      validate: isStrongSecret,
      defaultMessage: () =>
        `must be a random text of at least ${MIN_CHARACTERS} characters, not an example; make one with: openssl rand -base64 48`,
    },
  });
}
