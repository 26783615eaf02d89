import { isUtf8 } from 'node:buffer';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import fc from 'fast-check';
import { isJson, outcomeOf } from './json-parser.fixtures';

describe('Any text', () => {
  const key = fc.oneof(
    fc.constantFrom('__proto__', 'constructor', '1', ''),
    fc.string({ unit: 'binary', maxLength: 5 }),
  );
  const number = fc.oneof(fc.maxSafeInteger(), fc.double({ noNaN: true, min: -1e15, max: 1e15 }));
  const scalar = fc.oneof(fc.string({ unit: 'binary' }), number, fc.boolean(), fc.constant(null));
  const { value } = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { depthSize: 'medium', maxDepth: 10 },
      scalar,
      fc.array(tie('value'), { maxLength: 5 }),
      fc.dictionary(key, tie('value'), { maxKeys: 5 }),
    ),
  }));

  it('that JSON.stringify writes is read back as it was', async () => {
    const readBack = fc.asyncProperty(value, fc.constantFrom(undefined, 2, '\t'), async (given, indent) => {
      expect(await outcomeOf(JSON.stringify(given, null, indent))).toBe('accepted');
    });
    await fc.assert(readBack, { numRuns: 2_000 });
  });

  const SNIPPETS = [
    ...'{}[],:"\\/ 0123456789-+.eEtfnu\n\u0000\ud800é',
    '"a":',
    '\\u00',
    'null',
    '1e',
    '[[',
    '{"a":1,"a":',
  ];
  const damage = fc.record({
    at: fc.nat(),
    cut: fc.nat(2),
    put: fc.oneof(fc.constant(''), fc.constantFrom(...SNIPPETS)),
  });
  const damaged = fc.tuple(value, fc.array(damage, { minLength: 1, maxLength: 4 })).map(([given, faults]) =>
    faults.reduce((text, { at, cut, put }) => {
      const start = at % (text.length + 1);
      return text.slice(0, start) + put + text.slice(start + cut);
    }, JSON.stringify(given)),
  );

  it('is accepted exactly where JSON.parse accepts it without a loss', async () => {
    const seen = { accepted: 0, malformed: 0, refused: 0 };
    const sameAsNative = fc.asyncProperty(damaged, async (text) => {
      const outcome = await outcomeOf(text);
      seen[outcome]++;
      if (isJson(text)) expect(outcome).toBe(isKeptWhole(text) ? 'accepted' : 'refused');
      else expect(outcome).not.toBe('accepted');
    });
    await fc.assert(sameAsNative, { numRuns: 10_000 });
    expect(Math.min(seen.accepted, seen.malformed)).toBeGreaterThan(1_000);
    expect(seen.refused).toBeGreaterThan(20);
  });
});

const TOKEN = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*|[{}[\],:]|true|false|null/g;

/** Tokens of a JSON text, without regard to how and in what order they are written. */
function tokensOf(text: string): string[] {
  return (text.match(TOKEN) ?? [])
    .map((token) => (token.startsWith('"') ? JSON.stringify(JSON.parse(token)) : fractionOf(token)))
    .sort();
}

/** A number as mantissa and power of ten, both exact. */
function fractionOf(token: string): string {
  const [, integer, fraction = '', exponent = '0'] = /^-?(\d+)(?:\.(\d+))?(?:[eE](.+))?$/.exec(token) ?? [];
  if (integer === undefined) return token;
  let mantissa = BigInt(integer + fraction);
  if (mantissa === 0n) return '0';
  let power = BigInt(exponent.replace('+', '')) - BigInt(fraction.length);
  for (; mantissa % 10n === 0n; mantissa /= 10n) power++;
  return `${token.startsWith('-') ? '-' : ''}${mantissa}e${power}`;
}

/** True when nothing of a well-formed text is lost on its way through JSON.parse, told from its tokens. */
function isKeptWhole(text: string): boolean {
  const isLarge = (token: string) => /^-?\d+$/.test(token) && !Number.isSafeInteger(Number(token));
  if ((text.match(TOKEN) ?? []).some(isLarge)) return false;
  return JSON.stringify(tokensOf(text)) === JSON.stringify(tokensOf(JSON.stringify(JSON.parse(text))));
}

const corpus = resolve(process.env['CORPORA_DIR'] ?? '../shared/corpora', 'jsontestsuite/test_parsing');
if (!existsSync(corpus)) console.warn(`Corpus tests are skipped: ${corpus} is not there. Set CORPORA_DIR.`);

(existsSync(corpus) ? describe : describe.skip)('JSONTestSuite', () => {
  /** Files that JSON.parse reads with a loss, or deeper than these APIs go. */
  const REFUSED = [
    'i_number_double_huge_neg_exp.json',
    'i_number_huge_exp.json',
    'i_number_neg_int_huge_exp.json',
    'i_number_pos_double_huge_exp.json',
    'i_number_real_neg_overflow.json',
    'i_number_real_pos_overflow.json',
    'i_number_real_underflow.json',
    'i_number_too_big_neg_int.json',
    'i_number_too_big_pos_int.json',
    'i_number_very_big_negative_int.json',
    'i_structure_500_nested_arrays.json',
    'y_object_duplicated_key.json',
    'y_object_duplicated_key_and_value.json',
  ];
  const files = existsSync(corpus) ? readdirSync(corpus).sort() : [];
  const texts = files.flatMap((name) => {
    const bytes = readFileSync(resolve(corpus, name));
    return isUtf8(bytes) ? [{ name, text: bytes.toString() }] : [];
  });

  it('is read as JSON.parse reads it, but for what would be lost', async () => {
    expect(texts.length).toBeGreaterThan(280);
    const refused: string[] = [];
    for (const { name, text } of texts) {
      const outcome = await outcomeOf(text);
      if (!isJson(text)) expect({ name, outcome }).not.toMatchObject({ outcome: 'accepted' });
      else if (outcome !== 'accepted') refused.push(name);
    }
    expect(refused).toEqual(REFUSED);
  });
});
