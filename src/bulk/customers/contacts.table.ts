import { Injectable } from '@nestjs/common';
import { ContactUpdateService } from '../../customer/contact-update.service';
import { type ContactPatch, toContactPatch } from '../../customer/dto/contact.dto';
import { shownChange } from '../../customer/dto/customer-history.dto';
import type { Transaction } from '../../platform/database/transaction';
import { changeContextOf } from '../engine/change-context';
import type {
  ImportCells,
  JobContext,
  ParsedRow,
  ReadyRow,
  RowResult,
  TableImporter,
} from '../engine/bulk-importer.contract';
import { ContactRow } from './customer-row.dto';
import { CUSTOMER_ID_COLUMN } from './customer.columns';
import { CONTACTS_TABLE, CustomerKey, keyedRow, toRowResult } from './customers.table';
import { FieldColumn, ReadRow, rowParser } from './row.parser';

/** A row that adds, changes or deletes a contact. */
interface ContactChange extends CustomerKey {
  readonly patch: ContactPatch;
}

const COLUMNS: readonly FieldColumn[] = [
  { ...CUSTOMER_ID_COLUMN, example: '' },
  {
    name: 'uniqueRefNo',
    kind: 'identifier',
    description: 'Reference number of the customer, where customerId is empty.',
    example: 'CUST-00042',
  },
  {
    name: 'keyContactPersonId',
    kind: 'text',
    description: 'Id of the contact; empty finds it by mobile number, or adds a new one.',
    example: '',
  },
  {
    name: 'name',
    kind: 'text',
    description: 'Name, up to 100 characters; required for a new contact.',
    example: 'Asha Rao',
  },
  {
    name: 'legalName',
    kind: 'text',
    description: 'Legal name, up to 200 characters; required for a new contact.',
    example: 'Asha Rao',
  },
  {
    name: 'mobile',
    kind: 'identifier',
    description: '10 digits, with or without a country code; required for a new contact.',
    example: '+919812345678',
  },
  { name: 'email', kind: 'text', description: 'E-mail address.', example: 'asha.rao@example.com' },
  { name: 'mail_enabled', kind: 'boolean', description: 'true or false.', example: 'true' },
  { name: 'sms_enabled', kind: 'boolean', description: 'true or false.', example: 'true' },
  { name: 'whatsapp_enabled', kind: 'boolean', description: 'true or false.', example: 'false' },
  {
    name: 'via',
    kind: 'text',
    description: 'How the contact came to be known, up to 50 characters.',
    example: 'PORTAL',
  },
  { name: 'deleted', kind: 'boolean', description: 'true deletes the contact.', example: '' },
];
const read = rowParser(COLUMNS, ContactRow);

/** What a row says about the contact, without whose it is; its values have passed the rules of `ContactRow`. */
function toPatch({ customerId: _customer, uniqueRefNo: _refNo, ...contact }: ReadRow['values']): ContactPatch {
  return toContactPatch(contact);
}

/** What a dry run tells, in the names that the history has. */
function shown(result: RowResult): RowResult {
  const { change } = result;
  return change ? { ...result, change: { ...change, changes: change.changes.map(shownChange) } } : result;
}

/** Contacts table: each row is about one contact of the customer it names. */
@Injectable()
export class ContactsTable implements TableImporter<ContactChange> {
  readonly name = CONTACTS_TABLE;
  readonly columns = COLUMNS;
  readonly oneOf = ['customerId', 'uniqueRefNo'];

  constructor(private readonly contacts: ContactUpdateService) {}

  parse(cells: ImportCells): ParsedRow<ContactChange> {
    return keyedRow(read(cells), toPatch);
  }

  async apply(
    transaction: Transaction,
    job: JobContext,
    rows: readonly ReadyRow<ContactChange>[],
  ): Promise<RowResult[]> {
    const context = changeContextOf(job);
    const updates = rows.map(({ row, value }) => ({ row, ...value }));
    const outcomes = await this.contacts.apply(transaction, context, updates);
    return outcomes.map((outcome) => shown(toRowResult(outcome, {})));
  }
}
