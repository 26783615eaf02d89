import type { BookModel } from './book.model';
import type { Dice } from './dice';
import { canonical } from './json-values';
import type { KnownIds } from './known-ids';
import type { RecordModel } from './record.model';
import type { Rehearsal } from './rehearsal';

/** A file of customers, and one of their contacts. */
export class FileParts {
  constructor(
    readonly file: Buffer,
    readonly contacts: Buffer | null = null,
  ) {}
}

/** One call, and what it must be answered. The model has done it already. */
export interface OracleCall {
  readonly what: string;
  readonly method: 'POST' | 'PUT';
  readonly path: string;
  /** Files, or what becomes JSON; null: no body. */
  readonly body: unknown;
  /** False for a call that is refused as a whole. */
  readonly makesJob: boolean;
  /** True for a call of all or nothing that applied nothing: its job ends as failed. */
  readonly isRefused?: boolean;
  /** What is wrong with an answer; null when nothing is. @param body the parsed text */
  check(status: number, body: unknown): string | null;
}

/** What calls are drawn from. */
export interface OracleWorld {
  readonly dice: Dice;
  readonly records: RecordModel;
  readonly book: BookModel;
  readonly ids: KnownIds;
  readonly campaignId: string;
  /** Source of the customers of this seed; those of others have another. */
  readonly source: string;
  /** Jobs by the number of their call. */
  readonly jobs: Map<number, string>;
  /** Calls whose jobs must end as failed. */
  readonly refused: Set<number>;
  /** Dry runs by the number of their call, and those that were done for real. */
  readonly rehearsals: Map<number, Rehearsal>;
  readonly committed: Set<number>;
}

/** Part of the calls that are refused as a whole. */
export const REFUSED_SHARE = 0.04;

/** What differs between two values, in words; null when nothing does. */
export function difference(expected: unknown, found: unknown): string | null {
  const [right, given] = [canonical(expected), canonical(found)];
  return right === given ? null : `must be answered ${right} and was ${given}`;
}

/** A call that breaks a rule for the whole of it: nothing may be written. */
export function refusedCall(call: Pick<OracleCall, 'what' | 'method' | 'path' | 'body'>, expected: number): OracleCall {
  return { ...call, makesJob: false, check: (status) => difference(expected, status) };
}

/** What is no JSON is compared as the text it is. */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
