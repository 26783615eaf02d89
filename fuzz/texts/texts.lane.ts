import { seededRandom } from '../../chaos/seeded-random';
import type { Lane, LaneOptions } from '../lane.contract';
import { jsonCases } from './json-cases';
import { naughtyTexts } from './naughty-texts';
import { TextTarget, textTargets } from './text-target';

/** Every naughty text in every text field: it is stored as it was sent, or refused by name; and JSON that is none. */
export const fuzzTexts: Lane = async (options) => {
  const { calls, cases, seed } = options;
  for (const one of jsonCases()) {
    if (calls.sent >= cases / 4) break;
    const answer = await calls.send(one.call);
    if (answer === null) continue;
    const { status } = answer;
    if (one.mustBe === 'refused' && status !== 400) calls.note('accepted', `${one.name}: ${status}`, one.call, answer);
    if (one.mustBe === 'taken' && status >= 300) calls.note('wrong', `${one.name}: ${status}`, one.call, answer);
  }
  const targets = textTargets(options);
  const pairs = naughtyTexts().flatMap((text) => targets.map((target) => ({ text, target })));
  const random = seededRandom(seed);
  while (calls.sent < cases && pairs.length > 0) {
    const [pair] = pairs.splice(Math.floor(random() * pairs.length), 1);
    if (pair !== undefined) await tryText(options, pair.target, pair.text);
  }
  return { cases: calls.sent, findings: calls.findings };
};

async function tryText({ calls }: LaneOptions, target: TextTarget, text: string): Promise<void> {
  const call = target.write(text);
  const before = bodyOf(await calls.send(target.read(text)));
  const answer = await calls.send(call);
  if (answer === null) return;
  const body = bodyOf(answer);
  const isRefused = answer.status >= 400 || target.isRefusal(answer, body);
  if (isRefused && !target.isRefusal(answer, body)) {
    calls.note('wrong', `${target.name}: the refusal does not say of what`, call, answer);
  }
  const read = await calls.send(target.read(text));
  if (read === null) return;
  const stored = target.stored(bodyOf(read), text);
  const sent = target.expected === undefined ? text : target.expected(text);
  // An empty cell leaves the value as it is, and so does a refusal.
  const expected = isRefused || (target.expected !== undefined && text === '') ? target.stored(before, text) : sent;
  if (JSON.stringify(stored) === JSON.stringify(expected)) return;
  const words = `${target.name}: ${shown(expected)} became ${shown(stored)}`;
  calls.note('changed', words, call, read);
}

const shown = (value: unknown): string => JSON.stringify(value ?? null).slice(0, 100);

function bodyOf(answer: { readonly body: Buffer } | null): unknown {
  try {
    return JSON.parse(answer?.body.toString() ?? 'null') as unknown;
  } catch {
    return null;
  }
}
