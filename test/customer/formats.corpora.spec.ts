import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { validateSync } from 'class-validator';
import { IsDateOfBirth } from '../../src/customer/commerce/commerce.validators';
import { IsEmailAddress } from '../../src/customer/rules/field.validators';
import { isCalendarDay } from '../../src/platform/validation/calendar-day';

class Member {
  @IsEmailAddress()
  email: unknown = 'a@example.com';

  @IsDateOfBirth()
  dateOfBirth: unknown = '1990-01-01';
}

const accepts = (changes: Partial<Member>): boolean => validateSync(Object.assign(new Member(), changes)).length === 0;

const corpus = resolve(process.env['CORPORA_DIR'] ?? '../shared/corpora', 'jsonschema-formats');
if (!existsSync(corpus)) console.warn(`Corpus tests are skipped: ${corpus} is not there. Set CORPORA_DIR.`);

/** Texts of the JSON Schema test suite with the verdict they have there. */
function textsOf(name: string): [text: string, valid: boolean][] {
  const groups = JSON.parse(readFileSync(resolve(corpus, name), 'utf8')) as {
    tests: { data: unknown; valid: boolean }[];
  }[];
  return groups.flatMap(({ tests }) =>
    tests.flatMap(({ data, valid }): [string, boolean][] => (typeof data === 'string' ? [[data, valid]] : [])),
  );
}

/** Where we differ on purpose. */
const OTHERWISE = {
  // Addresses at a bare network address are those of machines, not of customers.
  'email.json': ['joe.bloggs@[127.0.0.1]', 'joe.bloggs@[IPv6:::1]'],
  // A control character, one that never will be assigned, and a sign of mathematics that looks like a letter.
  'idn-email.json': ['\u0085@example.com', '\uffff@example.com', '\u{1d54f}@example.com'],
  'date.json': [],
};

(existsSync(corpus) ? describe : describe.skip)('the JSON Schema test suite', () => {
  it.each([
    ['email.json', (email: string) => accepts({ email })],
    ['idn-email.json', (email: string) => accepts({ email })],
    ['date.json', isCalendarDay],
  ] as const)('agrees about %s, but for what is listed', (name, verdict) => {
    const texts = textsOf(name);
    expect(texts.length).toBeGreaterThan(10);
    const differing = texts.filter(([text, valid]) => verdict(text) !== valid).map(([text]) => text);
    expect(differing).toEqual(OTHERWISE[name]);
  });

  it('has days nobody was born on, which are refused, and days of our time, which are not', () => {
    for (const [text, valid] of textsOf('date.json')) {
      const isBirth = valid && text >= '1850-01-01' && text <= new Date().toISOString().slice(0, 10);
      expect([text, accepts({ dateOfBirth: text })]).toEqual([text, isBirth]);
    }
  });
});
