import type { Transaction } from '../../platform/database/transaction';
import type { FieldChange } from '../customer-history.entity';
import type { CustomPatch } from './custom-field.contract';
import type { CustomValueRepository } from './custom-value.repository';
import type { CustomerCustomValue } from './customer-custom-value.entity';

/** The custom values of the customers of one batch, as they stand after the changes so far. */
export class CustomValueBatch {
  private readonly values = new Map<string, CustomerCustomValue>();
  private readonly changed = new Set<string>();
  private readonly removedIds = new Set<number>();

  /** @param stored values of the customers that exist already, read after those were locked */
  constructor(
    private readonly companyRef: number,
    stored: readonly CustomerCustomValue[],
  ) {
    for (const value of stored) this.values.set(keyOf(value.customerRef, value.field), value);
  }

  /** Which fields a patch really changes, old -> new. */
  changesOf(customerRef: number, patch: CustomPatch | undefined): FieldChange[] {
    if (patch === undefined) return [];
    return Object.entries(patch).flatMap(([field, to]) => {
      const from = this.values.get(keyOf(customerRef, field))?.value ?? null;
      return from === to ? [] : [{ field, from, to }];
    });
  }

  /** Takes a patch over, to be written. */
  apply(customerRef: number, patch: CustomPatch | undefined): void {
    if (patch === undefined) return;
    for (const [field, value] of Object.entries(patch)) {
      const key = keyOf(customerRef, field);
      const current = this.values.get(key);
      if ((current?.value ?? null) === value) continue;
      this.changed.delete(key);
      if (value === null) {
        if (current !== undefined && current.id !== 0) this.removedIds.add(current.id);
        this.values.delete(key);
        continue;
      }
      const id = current?.id ?? 0;
      this.values.set(key, { id, companyRef: this.companyRef, customerRef, field, value });
      this.changed.add(key);
    }
  }

  /** Stores what was taken over. */
  async write(transaction: Transaction, repository: CustomValueRepository): Promise<void> {
    // A field that is cleared and filled again in one batch must be gone before it is stored anew.
    await repository.remove(transaction, this.companyRef, [...this.removedIds]);
    const changed = [...this.changed].flatMap((key) => this.values.get(key) ?? []);
    if (changed.length > 0) await repository.save(transaction, changed);
  }
}

function keyOf(customerRef: number, field: string): string {
  return `${customerRef} ${field}`;
}
