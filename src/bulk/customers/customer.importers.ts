import { Injectable } from '@nestjs/common';
import type { BulkImporter } from '../engine/bulk-importer.contract';
import { BulkImporterProvider } from '../engine/importer.registry';
import { ContactsTable } from './contacts.table';
import { CustomerLedger } from './customer.ledger';
import { CustomerCreationTable } from './customer-creation.table';
import { CustomerUpdateTable } from './customer-update.table';

export const CUSTOMER_UPDATE = 'customer.update';
export const CUSTOMER_CREATE = 'customer.create';

/** Takes files that change customers and their contacts. */
@Injectable()
@BulkImporterProvider({ target: CUSTOMER_UPDATE, scope: 'customers:write' })
export class CustomerUpdateImporter implements BulkImporter {
  readonly tables: BulkImporter['tables'];

  constructor(
    customers: CustomerUpdateTable,
    contacts: ContactsTable,
    readonly ledger: CustomerLedger,
  ) {
    this.tables = [customers, contacts];
  }
}

/** Takes files that create customers, and contacts for them. */
@Injectable()
@BulkImporterProvider({ target: CUSTOMER_CREATE, scope: 'customers:write' })
export class CustomerCreationImporter implements BulkImporter {
  readonly tables: BulkImporter['tables'];

  constructor(
    customers: CustomerCreationTable,
    contacts: ContactsTable,
    readonly ledger: CustomerLedger,
  ) {
    this.tables = [customers, contacts];
  }
}
