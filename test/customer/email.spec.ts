import { isEmail, validateSync } from 'class-validator';
import fc from 'fast-check';
import { IsEmailAddress } from '../../src/customer/rules/field.validators';

class Person {
  @IsEmailAddress()
  email: unknown;
}

const passes = (email: unknown): boolean => validateSync(Object.assign(new Person(), { email })).length === 0;

/** Texts that are addresses, almost addresses, or none. */
const piece = fc.oneof(
  fc.constantFrom('.', '-', '_', '+', '@', '..', 'xn--', 'a', 'Z9', '0', 'é', "'", '"', ' ', '%', 'co', 'museum', '1'),
  fc.stringMatching(/^[a-zA-Z\d]{1,64}$/),
);
const almost = fc.array(piece, { minLength: 1, maxLength: 9 }).map((pieces) => pieces.join(''));
const address = fc
  .tuple(
    fc.stringMatching(/^[a-zA-Z\d][a-z\d._+-]{0,12}$/),
    fc.stringMatching(/^[a-z\d][a-z\d.-]{0,20}\.[a-zA-Z\d]{1,6}$/),
  )
  .map(([local, domain]) => `${local}@${domain}`);

describe('an e-mail address', () => {
  it('passes exactly when the library lets it pass', () => {
    let addresses = 0;
    fc.assert(
      fc.property(fc.oneof(almost, address, fc.emailAddress()), (text) => {
        if (isEmail(text)) addresses++;
        expect(passes(text)).toBe(isEmail(text) && text.length <= 254);
      }),
      { numRuns: 5_000 },
    );
    expect(addresses).toBeGreaterThan(1_000);
  });

  it.each([
    ['a@b.co', true],
    [`${'a'.repeat(64)}@example.com`, true],
    [`${'a'.repeat(65)}@example.com`, false],
    [`a@${'b'.repeat(63)}.com`, true],
    [`a@${'b'.repeat(64)}.com`, false],
    ['a@b', false],
    ['a@b.c', false],
    ['a@b.1a', false],
    ['a..b@example.com', false],
    ['a@-b.com', false],
    ['\ud83d@example.com', false],
  ])('%p passes: %p', (text, expected) => {
    expect(passes(text)).toBe(expected);
  });
});
