import type { AuditEntry } from './audit-entry.entity';

/** Properties of an entry that its mac covers, in this order. */
export const ENTRY_FACTS = [
  'entryId',
  'recordedAt',
  'companyRef',
  'actor',
  'action',
  'subject',
  'jobId',
  'jobRows',
  'requestId',
  'fieldNames',
  'times',
  'historyTable',
  'historyIds',
  'digest',
  'rewritten',
] as const satisfies readonly (keyof AuditEntry)[];

/** What an entry says, before it is sealed. */
export type EntryFacts = Pick<AuditEntry, (typeof ENTRY_FACTS)[number]>;

/** Something to be put down. */
export interface AuditEvent extends Partial<Omit<EntryFacts, 'entryId'>> {
  readonly actor: string;
  /** What was done, such as `key.revoked`. */
  readonly action: string;
}
