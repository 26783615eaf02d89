import fc from 'fast-check';
import type { Call } from '../call';

/** A change of a request as a whole, and whether it must then be refused whatever else is in it. */
interface Twist {
  readonly name: string;
  readonly isRefused: boolean;
  readonly change: (call: Call, choice: number) => Call;
}

const withHeaders =
  (headers: Record<string, string>) =>
  (call: Call): Call => ({
    ...call,
    headers: { ...call.headers, ...headers },
  });

const withBody =
  (change: (text: string, choice: number) => string) =>
  (call: Call, choice: number): Call =>
    call.body === undefined
      ? call
      : { ...call, body: Buffer.from(change(call.body.toString('latin1'), choice), 'latin1') };

/** Its entry of that number, counted on from the start again after the last. */
function pick<T>(list: readonly T[], choice: number): T {
  const found = list[choice % list.length];
  if (found === undefined) throw new Error('there is nothing to choose from');
  return found;
}

const TOKENS = [
  '',
  'Bearer',
  'Bearer x',
  'Basic eDp5',
  'Bearer rbk_0000',
  'bearer  ',
  `Bearer ${'a'.repeat(4_000)}`,
  'Bearer ü',
];
const TYPES = [
  'text/plain',
  'application/xml',
  'multipart/form-data',
  'application/json; charset=utf-7',
  'x',
  'application/x-www-form-urlencoded',
  'application/json-patch+json',
  '',
];
const QUERIES = [
  '$where=1',
  'dryRun=maybe',
  'limit=1e3',
  'limit[]=1',
  'a=b',
  '%00=1',
  '__proto__[x]=1',
  'limit=-1&limit=2',
  `q=${'x'.repeat(3_000)}`,
  '%F0%9F%98%80=%FF',
  '&&&',
  'cursor=AAAA',
  'cursor[$gt]=',
  'page=0',
  '=',
  '%',
];
const SEGMENTS = [
  '%',
  '%00',
  '%2e%2e',
  '..',
  '%2F',
  '%FF',
  '%F0%9F%98%80',
  "'%20OR%201=1--",
  'x'.repeat(2_000),
  '%E2%80%AE',
  '-1',
  '0',
  '1e3',
  '99999999999999999999',
  ';a=b',
  '__proto__',
  '[object%20Object]',
  '%0d%0aX:1',
];
const NUMBERS = [
  '1e400',
  '-0',
  '1E+2',
  '00',
  '0x10',
  '9007199254740993',
  '9223372036854775808',
  '.5',
  '1.',
  'NaN',
  '-',
  '1e-400',
  '123456789012345678901234567890.12',
];
const HEADERS: readonly Record<string, string>[] = [
  { Accept: 'image/png' },
  { Accept: 'application/xml;q=0.9,*/*;q=0' },
  { 'X-Request-Id': 'a b\tc' },
  { 'X-Request-Id': 'x'.repeat(129) },
  { Prefer: 'wait=99999999999999999999' },
  { Prefer: 'respond-async; wait, wait=-1, ,;' },
  { 'Idempotency-Key': '"fuzz"' },
  { Range: 'bytes=0-1' },
  { 'If-None-Match': '*' },
  { Expect: 'the impossible' },
  { 'X-HTTP-Method-Override': 'DELETE' },
  { 'Content-Encoding': 'gzip' },
  { 'Content-Encoding': 'br' },
  { 'Last-Event-ID': '-1' },
  { Host: 'evil.example' },
  { 'X-Forwarded-For': '127.0.0.1, ::1' },
  { Cookie: 'a=b; token=c' },
];

const TWISTS: readonly Twist[] = [
  { name: 'token', isRefused: true, change: (call, at) => withHeaders({ Authorization: pick(TOKENS, at) })(call) },
  { name: 'type', isRefused: false, change: (call, at) => withHeaders({ 'Content-Type': pick(TYPES, at) })(call) },
  { name: 'header', isRefused: false, change: (call, at) => withHeaders(pick(HEADERS, at))(call) },
  {
    name: 'query',
    isRefused: false,
    change: (call, at) => ({ ...call, path: `${call.path}${call.path.includes('?') ? '&' : '?'}${pick(QUERIES, at)}` }),
  },
  {
    name: 'segment',
    isRefused: false,
    change: (call, at) => {
      const [route = '', query] = call.path.split('?');
      const segments = route.split('/');
      segments[1 + (Math.floor(at / SEGMENTS.length) % Math.max(1, segments.length - 1))] = pick(SEGMENTS, at);
      return { ...call, path: segments.join('/') + (query === undefined ? '' : `?${query}`) };
    },
  },
  {
    name: 'method',
    isRefused: false,
    change: (call, at) => ({
      ...call,
      method: pick(['HEAD', 'OPTIONS', 'PUT', 'PATCH', 'DELETE', 'POST', 'PROPFIND', 'TRACE'], at),
    }),
  },
  { name: 'cut', isRefused: false, change: withBody((text, at) => text.slice(0, at % Math.max(1, text.length))) },
  { name: 'empty', isRefused: false, change: withBody(() => '') },
  {
    name: 'number',
    isRefused: false,
    change: withBody((text, at) => text.replace(/(?<=[:[,])-?\d+(\.\d+)?/, pick(NUMBERS, at))),
  },
  { name: 'twice', isRefused: false, change: withBody((text) => text.replace(/("(?:[^"\\]|\\.)*"):/, '$1:1,$1:')) },
  {
    name: 'bytes',
    isRefused: false,
    change: withBody((text, at) => `${text.slice(0, at % 40)}${String.fromCharCode(at % 256)}${text.slice(at % 40)}`),
  },
  { name: 'deep', isRefused: false, change: withBody((text, at) => '['.repeat(1 + (at % 50_000)) + text) },
  {
    name: 'body',
    isRefused: false,
    change: (call) => ({ ...withHeaders({ 'Content-Type': 'application/json' })(call), body: Buffer.from('{"a":1}') }),
  },
];

/** What is done to a request as a whole, three times in ten. */
export const twists: fc.Arbitrary<{ readonly twist: Twist | null; readonly choice: number }> = fc.record({
  twist: fc.oneof({ weight: 7, arbitrary: fc.constant(null) }, { weight: 3, arbitrary: fc.constantFrom(...TWISTS) }),
  choice: fc.nat({ max: 100_000 }),
});
