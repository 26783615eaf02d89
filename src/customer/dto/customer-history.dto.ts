import { HistoryItem, toHistoryItemFacts } from '../../platform/history/history-item.dto';
import { ApiAnyJson } from '../../platform/openapi/api-schema';
import type { CustomerChange } from '../customer-change';
import type { FieldChange } from '../customer-history.entity';

/** One field before and after. */
export class FieldChangeResponse {
  /** @example 'creditLimit' */
  field: string;
  /** @example '100000.00' */
  @ApiAnyJson()
  from: unknown;
  /** @example '150000.50' */
  @ApiAnyJson()
  to: unknown;
}

/** One change of a customer. */
export class HistoryItemResponse extends HistoryItem {
  changes: FieldChangeResponse[];
}

/** Fields whose values are sealed in the history, and what is shown in their place. */
const SEALED_FIELDS: ReadonlySet<string> = new Set(['ssn']);
const WITHHELD = '********';

/** Members of contacts that have another name in requests and answers than they are stored under. */
const CONTACT_FLAG = /^(customerKeyContacts\[\w+\]\.)(mail|sms|whatsapp)Enabled$/;

/** A change as it is shown: in the names of the API, sealed values withheld. */
export function shownChange(change: FieldChange): FieldChange {
  if (CONTACT_FLAG.test(change.field)) {
    return { ...change, field: change.field.replace(CONTACT_FLAG, '$1$2_enabled') };
  }
  if (!SEALED_FIELDS.has(change.field)) return change;
  const shown = (value: unknown) => (value === null ? null : WITHHELD);
  return { ...change, from: shown(change.from), to: shown(change.to) };
}

/** Entity -> answer. */
export function toHistoryItem(entry: CustomerChange): HistoryItemResponse {
  return { ...toHistoryItemFacts(entry), changes: entry.changes.map(shownChange) };
}
