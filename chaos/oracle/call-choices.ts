import { applyAll, type Rehearse, type RowFate, type RowsOfCall } from './rehearsal';
import type { Dice } from './dice';
import type { OracleWorld } from './oracle.call';
import type { DuplicateRule } from './row-claims';

/** Part of the calls that are only rehearsed, and of the others that apply all rows or none. */
const DRY_SHARE = 0.2;
const WHOLE_SHARE = 0.12;

/** What a call asks for in its query. */
export interface CallChoices {
  readonly isDry: boolean;
  /** All or nothing. */
  readonly isWhole: boolean;
  readonly rule: DuplicateRule;
  readonly query: string;
}

/** @param otherwise the rule of calls that name none */
export function drawChoices(dice: Dice, otherwise: DuplicateRule): CallChoices {
  const isDry = dice.chance(DRY_SHARE);
  const isWhole = !isDry && dice.chance(WHOLE_SHARE);
  const given = dice.chance(0.3) ? dice.pick<DuplicateRule>(['first', 'last', 'reject']) : null;
  const asked = [
    ...(isDry ? ['dryRun=true'] : []),
    ...(isWhole ? ['onError=abort'] : []),
    ...(given === null ? [] : [`duplicates=${given}`]),
  ];
  return { isDry, isWhole, rule: given ?? otherwise, query: asked.length === 0 ? '' : `?${asked.join('&')}` };
}

/** What the rows of a call came to. */
export interface Performance<A> {
  /** By table. */
  readonly answers: readonly (readonly A[])[];
  /** A row failed, and so none was applied. */
  readonly isRefused: boolean;
}

/**
 * Does a call in the model as it was asked for; a dry run can be done for real later.
 *
 * @param refuse what becomes of a row that could have been applied when none is
 */
export function perform<A extends RowFate>(
  { rehearsals }: OracleWorld,
  rehearse: Rehearse,
  { isDry, isWhole }: CallChoices,
  call: number,
  tables: readonly RowsOfCall<A>[],
  refuse: (answer: A) => A,
): Performance<A> {
  const work = (): A[][] => tables.map((table) => applyAll(table, call));
  if (!isDry && !isWhole) return { answers: work(), isRefused: false };
  const answers = rehearse(work);
  if (isDry) {
    rehearsals.set(call, { call, rehearse, tables, shown: answers });
    return { answers, isRefused: false };
  }
  const isRefused = answers.flat().some(({ verdict }) => verdict === 'failed');
  if (!isRefused) return { answers: work(), isRefused };
  return {
    answers: answers.map((rows) => rows.map((row) => (row.verdict === 'failed' ? row : refuse(row)))),
    isRefused,
  };
}
