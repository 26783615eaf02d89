import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../platform/database/transaction';
import type { CustomPatch } from './custom-field.contract';
import { CustomFieldRegistry } from './custom-field.registry';
import { CustomValueBatch } from './custom-value.batch';
import { CustomValueRepository } from './custom-value.repository';

/** The values of custom fields; asks the database for nothing where no field is registered. */
@Injectable()
export class CustomValues {
  constructor(
    private readonly fields: CustomFieldRegistry,
    private readonly repository: CustomValueRepository,
  ) {}

  /** Values of the registered fields by customer, null for those without one. */
  async listShown(
    transaction: Transaction,
    companyRef: number,
    customerRefs: readonly number[],
  ): Promise<(customerRef: number) => CustomPatch> {
    if (this.fields.isEmpty) return () => ({});
    const stored = await this.repository.list(transaction, companyRef, customerRefs);
    const empty = Object.fromEntries(this.fields.list().map(({ name }) => [name, null]));
    const byCustomer = new Map<number, Record<string, string | null>>();
    for (const { customerRef, field, value } of stored) {
      const shown = byCustomer.get(customerRef) ?? { ...empty };
      // Values of a field whose extension is gone stay stored, and are not shown.
      if (field in empty) shown[field] = value;
      byCustomer.set(customerRef, shown);
    }
    return (customerRef) => byCustomer.get(customerRef) ?? empty;
  }

  /** Values of customers that are about to be changed and are locked. */
  async open(transaction: Transaction, companyRef: number, customerRefs: readonly number[]): Promise<CustomValueBatch> {
    const isNeeded = !this.fields.isEmpty && customerRefs.length > 0;
    const stored = isNeeded ? await this.repository.list(transaction, companyRef, customerRefs) : [];
    return new CustomValueBatch(companyRef, stored);
  }

  /** Changes the values of customers that are locked. */
  async writeAll(
    transaction: Transaction,
    companyRef: number,
    changes: readonly { readonly customerRef: number; readonly patch: CustomPatch }[],
  ): Promise<void> {
    const real = changes.filter(({ patch }) => Object.keys(patch).length > 0);
    const refs = real.map(({ customerRef }) => customerRef);
    const batch = await this.open(transaction, companyRef, refs);
    for (const { customerRef, patch } of real) batch.apply(customerRef, patch);
    await this.write(transaction, batch);
  }

  async write(transaction: Transaction, batch: CustomValueBatch): Promise<void> {
    await batch.write(transaction, this.repository);
  }
}
