import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Call, jsonCall } from '../call';
import { CORPORA } from './naughty-texts';

/** A body with something in it that JSON allows or does not. */
interface JsonCase {
  readonly name: string;
  readonly call: Call;
  /** `either`: RFC 8259 leaves it open. */
  readonly mustBe: 'refused' | 'taken' | 'either';
}

const OWN: Readonly<Record<string, string>> = {
  n_two_commas: '[1,,2]',
  n_trailing_comma: '{"a":1,}',
  n_single_quotes: "{'a':1}",
  n_comment: '/**/1',
  n_leading_zero: '01',
  n_plus: '+1',
  n_nan: 'NaN',
  n_open: '[',
  n_bad_escape: '"\\x41"',
  n_control: '"a\u0001b"',
  n_tail: '1 2',
  y_null: 'null',
  y_escape: '"\\u0041\\/"',
  y_pair: '"\\ud83d\\ude00"',
  y_deep: '[[[1]]]',
  i_lone: '"\\ud800"',
  i_huge: '1e400',
};

/** Objects with a key twice: JSON as such, and refused here, because one of the two would be lost. */
const HAS_A_KEY_TWICE = /_object_duplicated_key/;
/** Fits JSON, but not a record: a number no double holds, a key or value no text column holds. */
const UNSTORABLE = /\\u0000|nul|\\u0012|\\u0060\\u012a/i;

function sources(): [string, Buffer][] {
  const folder = join(CORPORA, 'jsontestsuite', 'test_parsing');
  const files = existsSync(folder) ? readdirSync(folder) : [];
  return [
    ...Object.entries(OWN).map(([name, text]): [string, Buffer] => [name, Buffer.from(text)]),
    ...files.map((name): [string, Buffer] => [name, readFileSync(join(folder, name))]),
  ];
}

function raw(method: string, path: string, body: Buffer): Call {
  return { ...jsonCall(method, path, null), body };
}

/** Each source as the whole body of the bulk calls, and as a value inside a record. */
export function jsonCases(): JsonCase[] {
  return sources().flatMap(([name, bytes]): JsonCase[] => {
    const value = Buffer.concat([
      Buffer.from('{"campaignId":"camp_abc123","records":[{"id":"loan_12345","data":{"fuzz_json":'),
      bytes,
      Buffer.from('}}]}'),
    ]);
    const isStorable =
      name.startsWith('y_') && !HAS_A_KEY_TWICE.test(name) && !UNSTORABLE.test(bytes.toString('latin1'));
    return [
      // However well-formed: none of them is a call.
      { name: `${name} as S4`, call: raw('PUT', '/api/v1/customer-data/bulk', bytes), mustBe: 'refused' },
      { name: `${name} as S3`, call: raw('POST', '/customers/bulk/sourceId', bytes), mustBe: 'refused' },
      {
        name: `${name} in S4`,
        call: raw('PUT', '/api/v1/customer-data/bulk', value),
        mustBe: name.startsWith('n_') ? 'refused' : isStorable ? 'taken' : 'either',
      },
    ];
  });
}
