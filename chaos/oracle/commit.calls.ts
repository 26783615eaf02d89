import { difference, type OracleCall, type OracleWorld, refusedCall } from './oracle.call';
import { commitRehearsal } from './rehearsal';

const COUNTED = ['created', 'updated', 'unchanged', 'failed'] as const;

type Counters = Readonly<Record<'received' | (typeof COUNTED)[number], number>>;

/** Does an earlier dry run for real, often one of the last, once; null while there is none. */
export function drawCommitCall({ dice, rehearsals, committed, jobs }: OracleWorld, call: number): OracleCall | null {
  const all = [...rehearsals.values()];
  const back = dice.chance(0.7) ? dice.below(Math.min(4, all.length)) : dice.below(all.length);
  const rehearsal = all[all.length - 1 - back];
  const jobId = rehearsal === undefined ? undefined : jobs.get(rehearsal.call);
  if (rehearsal === undefined || jobId === undefined) return null;
  const common = {
    what: `commit of call ${rehearsal.call}`,
    method: 'POST',
    body: null,
    path: `/api/v0/bulk/jobs/${jobId}/commit`,
  } as const;
  if (committed.has(rehearsal.call)) return refusedCall(common, 409);
  committed.add(rehearsal.call);
  const fates = commitRehearsal(rehearsal, call);
  const expected = Object.fromEntries(
    COUNTED.map((counter) => [counter, fates.filter(({ verdict }) => verdict === counter).length]),
  );
  return {
    ...{ ...common, makesJob: true },
    check: (status, answer) => {
      const { payload } = answer as { payload?: { state: string; counters: Counters } };
      const { received, created, updated, unchanged, failed } = payload?.counters ?? {};
      return difference(
        { status: 200, state: 'completed', received: fates.length, ...expected },
        { status, state: payload?.state, received, created, updated, unchanged, failed },
      );
    },
  };
}
