import fc from 'fast-check';
import type { Answer } from '../call';
import type { Lane } from '../lane.contract';
import { naughtyTexts } from '../texts/naughty-texts';
import { KnownIds } from './known-ids';
import { RouteCase, routeCases } from './route.case';

/** Cases of one operation that are drawn at a time. */
const DRAWN = 25;

/** True for an answer that says that what was asked for has been done, all of it. */
function isDone({ status, body }: Answer): boolean {
  return status < 300 && status !== 207 && !body.subarray(0, 40).toString('latin1').includes('"success":false');
}

/** Every operation of the document in turn, with requests made from what the document says of it. */
export const fuzzRoutes: Lane = async ({ calls, cases, seed, contract, customerIds, companyId }) => {
  const texts = naughtyTexts();
  const known = new KnownIds(customerIds, companyId);
  const arbitraries = contract.operations.map((operation) => routeCases(contract, operation, texts));
  for (let round = 0; calls.sent < cases; round++) {
    const drawn: RouteCase[][] = arbitraries.map((arbitrary, at) =>
      fc.sample(arbitrary, { seed: seed + round * arbitraries.length + at, numRuns: DRAWN }),
    );
    for (let at = 0; at < DRAWN; at++) {
      for (const list of drawn) {
        if (calls.sent >= cases) break;
        const one = list[at]?.build(known);
        if (one === undefined) continue;
        const answer = await calls.send(one.call);
        if (answer === null) continue;
        known.learn(answer);
        if (one.refusal !== null && isDone(answer)) calls.note('accepted', one.refusal, one.call, answer);
      }
    }
  }
  return { cases: calls.sent, findings: calls.findings };
};
