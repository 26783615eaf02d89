import { Injectable } from '@nestjs/common';
import type { CustomerUpdate } from '../../customer/customer-change';
import { CustomerUpdateService } from '../../customer/customer-update.service';
import { type CustomerPatch, toCustomerPatch } from '../../customer/rules/customer.rules';
import type { Transaction } from '../../platform/database/transaction';
import type {
  ImportCells,
  JobContext,
  ParsedRow,
  ReadyRow,
  RowResult,
  TableImporter,
} from '../engine/bulk-importer.contract';
import type { RecordKey } from '../engine/claims';
import { CustomerUpdateRow } from './customer-row.dto';
import { CUSTOMER_COLUMNS, CUSTOMER_ID_COLUMN } from './customer.columns';
import { changeContextOf, CustomerKey, CUSTOMERS_TABLE, keyedRow, toRowResult } from './customers.table';
import { rowParser } from './row.parser';

/** A row that changes a customer. */
interface UpdateRow extends CustomerKey {
  readonly patch: CustomerPatch;
}

const COLUMNS = [CUSTOMER_ID_COLUMN, ...CUSTOMER_COLUMNS];
const read = rowParser(COLUMNS, CustomerUpdateRow);

/** Customers table of an update: each row changes the customer it names. */
@Injectable()
export class CustomerUpdateTable implements TableImporter<UpdateRow> {
  readonly name = CUSTOMERS_TABLE;
  readonly columns = COLUMNS;
  readonly oneOf = ['customerId', 'uniqueRefNo'];

  constructor(private readonly updates: CustomerUpdateService) {}

  parse(cells: ImportCells): ParsedRow<UpdateRow> {
    return keyedRow(read(cells), toCustomerPatch);
  }

  async apply(transaction: Transaction, job: JobContext, rows: readonly ReadyRow<UpdateRow>[]): Promise<RowResult[]> {
    const context = changeContextOf(job);
    const outcomes = await this.updates.apply(transaction, context, rows.map(toUpdate), (ref, row) =>
      job.claim(ref, row),
    );
    return outcomes.map((outcome, index) => toRowResult(outcome, rows[index]?.value.patch ?? {}));
  }

  identify(
    transaction: Transaction,
    companyRef: number,
    rows: readonly ReadyRow<UpdateRow>[],
  ): Promise<(RecordKey | null)[]> {
    return this.updates.identify(transaction, companyRef, rows.map(toUpdate));
  }
}

function toUpdate({ row, value }: ReadyRow<UpdateRow>): CustomerUpdate {
  return { row, ...value };
}
