import { ApiProperty } from '@nestjs/swagger';
import { CommerceItemError, commerceItemError } from '../../families/commerce.codes';
import type { CodedIssue } from '../../platform/validation/coded-issue';
import { ApiInt } from '../../platform/openapi/api-schema';
import type { RowOutcome } from '../jobs/bulk-outcome.entity';

/** Why one item was refused; the others are not touched by it. */
export class ItemErrorResponse implements CommerceItemError {
  /** @example 60007 */
  @ApiInt()
  code: number;
  /** @example 'ParentCustomerNotFound' */
  type: string;
  /**
   * @example ['this company has no customer with source REST-API, sourceId 4711 to be the parent; create it first, or earlier in the same call']
   */
  messages: string[];
}

/** What became of one item. */
export class ItemAnswer {
  /** `update` also where the item changed nothing; of a refused item what it would have done. */
  @ApiProperty({ enum: ['create', 'update'] })
  action: 'create' | 'update';
  /**
   * Numeric id of the customer; null when the item was refused, and of one that a dry run would create.
   * @example 25494
   */
  @ApiProperty({ type: 'integer', format: 'int32', nullable: true })
  id: number | null;
  /**
   * What the caller sent as key, in its JSON type.
   * @example 3002196
   */
  @ApiProperty({ type: undefined, oneOf: [{ type: 'string' }, { type: 'integer', format: 'int64' }] })
  key: string | number;
  /** What `key` is. */
  @ApiProperty({ enum: ['sourceId', 'id'] })
  lookupKey: string;
  /**
   * False when the item was refused; `error` then says why.
   * @example true
   */
  success: boolean;
  error?: ItemErrorResponse;
}

/** Answer of a bulk call: one entry per item, in the order of the request. */
export class BulkAnswer {
  data: ItemAnswer[];
  /** @example ['Completed'] */
  messages: string[];
  /** @example 1 */
  @ApiInt()
  total: number;
}

/** Answer while the job is not done: it goes on, its address is in `Location`. */
export function acceptedAnswer(total: number): BulkAnswer {
  return { data: [], messages: ['Accepted'], total };
}

/** Several customers answer to the key of the item. */
function isAmbiguous(issues: readonly CodedIssue[]): boolean {
  return issues.some(({ field, code }) => code === 'CUSTOMER_MULTIPLE_FOUND' && field !== 'parent');
}

/** Outcomes of the rows, in order, and the keys the caller sent -> answer. */
export function toBulkAnswer(
  lookupKey: string,
  keys: readonly (string | number)[],
  outcomes: readonly RowOutcome[],
): BulkAnswer {
  if (keys.length !== outcomes.length) throw new Error(`${keys.length} items have ${outcomes.length} outcomes`);
  const data = outcomes.map(({ verdict, recordId, issues }, index): ItemAnswer => {
    const key = keys[index] ?? '';
    if (verdict !== 'failed') {
      const action = verdict === 'created' ? 'create' : 'update';
      // A customer that a dry run would create has no id yet.
      return { action, id: recordId === null ? null : Number(recordId), key, lookupKey, success: true };
    }
    const isKnown = recordId !== null || lookupKey === 'id' || isAmbiguous(issues);
    return {
      action: isKnown ? 'update' : 'create',
      id: null,
      key,
      lookupKey,
      success: false,
      error: commerceItemError(issues),
    };
  });
  const isComplete = data.every(({ success }) => success);
  return { data, messages: [isComplete ? 'Completed' : 'Completed with errors'], total: data.length };
}
