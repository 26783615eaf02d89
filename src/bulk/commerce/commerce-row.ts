import { Injectable } from '@nestjs/common';
import type { CommerceCustomerRequest } from '../../customer/commerce/commerce-customer.dto';
import { FieldCipher, SealedPlace } from '../../platform/encryption/field-cipher';
import type { ImportCells, ImportColumn } from '../engine/bulk-importer.contract';
import type { ItemRows } from '../files/item-intake';

/** Stands in the stored item where a number was; refused as a number when such an item is sent again. */
const WITHHELD = '[withheld]';

/** An item as a row: its JSON, and apart from it, sealed, its social security number. */
export const COMMERCE_ROW_COLUMNS: readonly ImportColumn[] = [
  { name: 'customer', description: 'The item as JSON, without its social security number.', example: '' },
  { name: 'ssn', description: 'The social security number, sealed.', example: '', secret: true },
];

/** Turns items of the commerce API into rows of a job and back; the number is never stored in clear. */
@Injectable()
export class CommerceRow {
  constructor(private readonly cipher: FieldCipher) {}

  toRows(items: readonly CommerceCustomerRequest[], companyRef: number): ItemRows {
    const cipher = this.cipher;
    return {
      columns: COMMERCE_ROW_COLUMNS.map(({ name }) => name),
      cells: function* (jobId: string) {
        const place = placeOf(companyRef, jobId);
        for (const item of items) {
          const { ssn } = item;
          if (ssn === undefined || ssn === null) yield [JSON.stringify(item), ''];
          else yield [JSON.stringify({ ...item, ssn: WITHHELD }), cipher.seal(String(ssn), place)];
        }
      },
    };
  }

  /** The item a row holds, with its number where it had one. */
  toItem(cells: ImportCells, companyRef: number, jobId: string): CommerceCustomerRequest {
    const item = JSON.parse(cells['customer'] ?? '{}') as CommerceCustomerRequest;
    const sealed = cells['ssn'] ?? '';
    return sealed === '' ? item : { ...item, ssn: this.cipher.open(sealed, placeOf(companyRef, jobId)) };
  }
}

function placeOf(companyRef: number, jobId: string): SealedPlace {
  return { table: 'bulk_rows', column: 'ssn', companyRef, id: jobId };
}
