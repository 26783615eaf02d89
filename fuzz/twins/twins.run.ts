import fc from 'fast-check';
import { Answer, Call } from '../call';
import { CheckedCalls } from '../checked-calls';
import type { Contract } from '../contract';
import type { FuzzReport } from '../fuzz-report';
import { FuzzedService } from '../fuzzed-service';
import { TWINS } from '../lanes';
import { KnownIds } from '../routes/known-ids';
import { routeCases } from '../routes/route.case';
import { naughtyTexts } from '../texts/naughty-texts';
import { contentsOf } from './contents';
import { likeness } from './likeness';

const DRAWN = 25;

/** One of the two services, with the ids it gave. */
interface Twin {
  readonly service: FuzzedService;
  readonly calls: CheckedCalls;
  readonly known: KnownIds;
}

async function openTwin(engine: 'sqlite' | 'mariadb', contract: Contract): Promise<Twin> {
  const service = await FuzzedService.open(engine);
  const known = new KnownIds(service.customerIds, service.companyId);
  return { service, calls: new CheckedCalls(service.process, contract), known };
}

/**
 * Sends the same calls to a service on SQLite and to one on MariaDB: answers and stored rows are the same, but for ids
 * and times.
 */
export async function runTwins(contract: Contract, seed: number, cases: number, report: FuzzReport): Promise<void> {
  const begun = Date.now();
  const first = await openTwin('sqlite', contract);
  const second = await openTwin('mariadb', contract);
  const twins = [first, second] as const;
  const texts = naughtyTexts();
  const arbitraries = contract.operations.map((operation) => routeCases(contract, operation, texts));
  try {
    for (let round = 0; first.calls.sent < cases; round++) {
      const drawn = arbitraries.map((arbitrary, at) =>
        fc.sample(arbitrary, { seed: seed + round * arbitraries.length + at, numRuns: DRAWN }),
      );
      for (let at = 0; at < DRAWN && first.calls.sent < cases; at++) {
        for (const list of drawn) {
          const one = list[at];
          if (one === undefined || first.calls.sent >= cases) continue;
          const calls = twins.map(({ known }) => one.build(known).call) as [Call, Call];
          const answers = await Promise.all(twins.map((twin, index) => twin.calls.send(calls[index] ?? calls[0])));
          answers.forEach((answer, index) => answer !== null && twins[index]?.known.learn(answer));
          compare(first.calls, calls[0], answers);
        }
      }
    }
    for (const { service, calls } of twins) await service.check(calls);
    for (const [table, [one, other]] of await contentsOf(first.service.probe, second.service.probe)) {
      const missing = one.find((row, at) => row !== other[at]) ?? other[one.length];
      if (missing !== undefined) {
        const words = `${table}: ${one.length} and ${other.length} rows, the first that differs is ${missing}`;
        first.calls.note('wrong', words, null);
      }
    }
  } finally {
    for (const { service } of twins) await service.close();
  }
  const findings = twins.flatMap(({ calls }) => calls.findings);
  const sent = first.calls.sent + second.calls.sent;
  const succeeded = first.calls.succeeded + second.calls.succeeded;
  report.add({ lane: TWINS.name, engine: 'both', cases: sent, succeeded, ms: Date.now() - begun, findings });
}

function compare(calls: CheckedCalls, call: Call, [one, other]: readonly (Answer | null)[]): void {
  if (one === null || other === null || one === undefined || other === undefined) return;
  if (one.status !== other.status) {
    calls.note('wrong', `status: ${one.status} on SQLite, ${other.status} on MariaDB`, call, one);
    return;
  }
  const [like, unlike] = [likeness(one), likeness(other)];
  if (like === unlike) return;
  const at = [...like].findIndex((char, index) => char !== unlike[index]);
  const around = (text: string) => text.slice(Math.max(0, at - 60), at + 120);
  calls.note('wrong', `answers differ: "${around(like)}" on SQLite, "${around(unlike)}" on MariaDB`, call, one);
}
