import { Injectable } from '@nestjs/common';
import {
  BulkIdRequest,
  BulkSourceIdRequest,
  CommerceCustomerRequest,
  IdItem,
  MAX_ITEMS,
  SourceIdItem,
} from '../../customer/commerce/commerce-customer.dto';
import { bulkSchemaOf } from '../../customer/commerce/commerce.schema';
import type { Caller } from '../../platform/auth/caller';
import { BulkService } from '../bulk.service';
import { acceptedAnswer, BulkAnswer, toBulkAnswer } from '../dto/commerce-answer.dto';
import { type CallChoice, toJobOptions } from '../dto/bulk-options.dto';
import { ItemOutcomes } from '../jobs/item-outcomes';
import type { BulkRun } from '../jobs/job-wait';
import { CommerceRow } from './commerce-row';
import { CUSTOMER_UPDATE_BY_ID, CUSTOMER_UPSERT_BY_SOURCE_ID } from './commerce.importers';

const checkSourceIdItems = bulkSchemaOf(BulkSourceIdRequest, {
  list: 'customers',
  most: MAX_ITEMS,
  Item: SourceIdItem,
  lookupKey: 'sourceId',
});
const checkIdItems = bulkSchemaOf(BulkIdRequest, { list: 'customers', most: MAX_ITEMS, Item: IdItem, lookupKey: 'id' });

/** What a bulk call came to, and its answer. */
export interface CommerceRun extends BulkRun {
  readonly answer: BulkAnswer;
}

/** The bulk calls of the commerce API: schema of the whole body, then one job. */
@Injectable()
export class CommerceBulkService {
  constructor(
    private readonly bulk: BulkService,
    private readonly rows: CommerceRow,
  ) {}

  /** Creates or changes customers by source id. @throws SchemaViolation, LookupKeyMissing, what `applyItems` throws */
  async upsertBySourceId(caller: Caller, body: unknown, choice: CallChoice): Promise<CommerceRun> {
    const items = await checkSourceIdItems(body);
    const keys = items.map(({ sourceId }) => sourceId);
    return this.run(caller, { target: CUSTOMER_UPSERT_BY_SOURCE_ID, lookupKey: 'sourceId', keys, items, choice });
  }

  /** Changes customers by id. @throws as `upsertBySourceId` does */
  async updateById(caller: Caller, body: unknown, choice: CallChoice): Promise<CommerceRun> {
    const items = await checkIdItems(body);
    const keys = items.map(({ id }) => id);
    return this.run(caller, { target: CUSTOMER_UPDATE_BY_ID, lookupKey: 'id', keys, items, choice });
  }

  private async run(
    { company, subject }: Caller,
    { target, lookupKey, keys, items, choice }: CommerceCall,
  ): Promise<CommerceRun> {
    const outcomes = new ItemOutcomes();
    const request = {
      companyRef: company.ref,
      createdBy: subject,
      family: 'commerce',
      target,
      ...toJobOptions(choice.query),
    };
    const run = await this.bulk.applyItems(request, this.rows.toRows(items, company.ref), {
      ...outcomes,
      waitMs: choice.waitMs,
    });
    const answer = run.isDone ? toBulkAnswer(lookupKey, keys, outcomes.all) : acceptedAnswer(items.length);
    return { ...run, answer };
  }
}

/** What makes one bulk call differ from the other. */
interface CommerceCall {
  readonly target: string;
  readonly lookupKey: string;
  readonly keys: readonly (string | number)[];
  readonly items: readonly CommerceCustomerRequest[];
  readonly choice: CallChoice;
}
