import type { CustomFieldRegistry } from '../../customer/custom/custom-field.registry';
import { type CustomerPatch, toCustomerPatch } from '../../customer/rules/customer.rules';
import type { ImportCells } from '../engine/bulk-importer.contract';
import { FieldColumn, ReadRow, rowParser } from './row.parser';

/** Columns of a table of customers, custom fields at the end, and how its rows are read. */
export class CustomerRows {
  private made: { readonly columns: readonly FieldColumn[]; read(cells: ImportCells): ReadRow } | null = null;

  constructor(
    private readonly builtIn: readonly FieldColumn[],
    private readonly Dto: new () => object,
    private readonly fields: CustomFieldRegistry,
  ) {}

  get columns(): readonly FieldColumn[] {
    return this.layout().columns;
  }

  read(cells: ImportCells): ReadRow {
    return this.layout().read(cells);
  }

  /** What a row says of its customer; its values have passed the rules of the DTO. */
  patchOf(values: ReadRow['values']): CustomerPatch {
    return toCustomerPatch(values, this.fields.patchOf(values));
  }

  /** Made at the first use: custom fields are known only once all modules are there. */
  private layout() {
    if (this.made !== null) return this.made;
    const custom = this.fields.list().map(({ name, description, example }): FieldColumn => ({
      name,
      kind: 'text',
      description,
      example,
    }));
    const columns = [...this.builtIn, ...custom];
    this.made = { columns, read: rowParser(columns, this.Dto) };
    return this.made;
  }
}
