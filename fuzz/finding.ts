import type { Answer, Call } from './call';

/** What can be found, in the order of the table: each is a count that must be 0. */
export const FINDING_KINDS = {
  '5xx': 'the service failed',
  undocumented: 'a status, or a kind of body, that the document does not name for the operation',
  schema: 'a body that breaks its documented schema',
  hang: 'no answer within ten seconds',
  lost: 'rows that stand in no count, or in several',
  accepted: 'something invalid was taken',
  changed: 'something was stored otherwise than it was sent',
  wrong: 'another result than the one it must be',
  log: 'an error in the log, or the end of the process',
} as const;
export type FindingKind = keyof typeof FINDING_KINDS;

/** One deviation, with the call that shows it. */
export interface Finding {
  readonly kind: FindingKind;
  /** What is wrong, in words. */
  readonly words: string;
  readonly call: Call | null;
  readonly answer: Answer | null;
}
