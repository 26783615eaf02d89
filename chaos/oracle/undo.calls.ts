import { difference, type OracleCall, type OracleWorld } from './oracle.call';
import type { UndoCounts } from './model-table';

/** Calls before this one make the first records and customers: they are not taken back. */
export const FIRST_CALL = 2;

/** Takes an earlier call back, often one of the last; null while there is none that changed anything. */
export function drawUndoCall({ dice, records, book, jobs }: OracleWorld, call: number): OracleCall | null {
  const ofRecords = new Set(records.table.changingCalls);
  const all = [...ofRecords, ...book.table.changingCalls].filter((one) => one >= FIRST_CALL).sort((a, b) => a - b);
  const back = dice.chance(0.7) ? dice.below(Math.min(5, all.length)) : dice.below(all.length);
  const undone = all[all.length - 1 - back];
  const jobId = undone === undefined ? undefined : jobs.get(undone);
  if (undone === undefined || jobId === undefined) return null;
  const expected = ofRecords.has(undone) ? records.table.undo(undone, call, () => true) : book.undo(undone, call);
  return {
    ...{ what: `undo of call ${undone}`, method: 'POST', path: `/api/v0/bulk/jobs/${jobId}/undo` },
    ...{ body: null, makesJob: true },
    check: (status, answer) => {
      const { payload } = answer as { payload?: { state: string; counters: UndoCounts } };
      const { received, updated, unchanged, failed } = payload?.counters ?? {};
      return difference(
        { status: 200, state: 'completed', ...expected },
        { status, state: payload?.state, received, updated, unchanged, failed },
      );
    },
  };
}
