import { Injectable } from '@nestjs/common';
import type { IdItem, SourceIdItem } from '../../customer/commerce/commerce-customer.dto';
import { identityOf, toItemParts } from '../../customer/commerce/commerce-item';
import { CommerceUpsertService } from '../../customer/commerce/commerce-upsert.service';
import { CustomerLedger } from '../customers/customer.ledger';
import type { BulkImporter } from '../engine/bulk-importer.contract';
import { BulkImporterProvider } from '../engine/importer.registry';
import { CommerceItemsTable } from './commerce-items.table';
import { CommerceRow } from './commerce-row';

export const CUSTOMER_UPSERT_BY_SOURCE_ID = 'customer.upsertBySourceId';
export const CUSTOMER_UPDATE_BY_ID = 'customer.updateById';

/** Takes items that create or change the customer of their source, source id and language. */
@Injectable()
@BulkImporterProvider({ target: CUSTOMER_UPSERT_BY_SOURCE_ID, scope: 'customers:write' })
export class CommerceSourceIdImporter implements BulkImporter {
  readonly tables: BulkImporter['tables'];

  constructor(
    upserts: CommerceUpsertService,
    rows: CommerceRow,
    readonly ledger: CustomerLedger,
  ) {
    this.tables = [
      new CommerceItemsTable<SourceIdItem>(upserts, rows, (item) => ({
        key: identityOf(item),
        intent: 'upsert',
        ...toItemParts(item),
      })),
    ];
  }
}

/** Takes items that change the customer of their numeric id. */
@Injectable()
@BulkImporterProvider({ target: CUSTOMER_UPDATE_BY_ID, scope: 'customers:write' })
export class CommerceIdImporter implements BulkImporter {
  readonly tables: BulkImporter['tables'];

  constructor(
    upserts: CommerceUpsertService,
    rows: CommerceRow,
    readonly ledger: CustomerLedger,
  ) {
    this.tables = [
      new CommerceItemsTable<IdItem>(upserts, rows, (item) => ({
        key: { id: item.id },
        intent: 'update',
        ...toItemParts(item),
      })),
    ];
  }
}
