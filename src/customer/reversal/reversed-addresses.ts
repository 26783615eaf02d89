import { ADDRESS_FIELDS } from '../commerce/address.dto';
import { newAddress } from '../commerce/address.plan';
import type { CustomerAddress } from '../commerce/customer-address.entity';
import type { FieldChange } from '../customer-history.entity';

const PATH = /^addresses\[(\d+)\](?:\.(\w+))?$/;

/** The addresses of a customer while changes are taken back; what differs in the end is to be written. */
export class ReversedAddresses {
  private readonly byId: Map<number, CustomerAddress>;
  /** Addresses that come back; their id is new, since the old one may have been given away. */
  readonly added: CustomerAddress[] = [];

  constructor(
    private readonly owner: Pick<CustomerAddress, 'companyRef' | 'customerRef'>,
    private readonly stored: readonly CustomerAddress[],
  ) {
    this.byId = new Map(stored.map((address) => [address.id, { ...address }]));
  }

  /** Takes a change back; false when it is about something else, or about an address that is not there. */
  revert({ field, from }: FieldChange): boolean {
    const [, id, column] = PATH.exec(field) ?? [];
    if (id === undefined) return false;
    const address = this.byId.get(Number(id));
    if (column === undefined) {
      if (from === null) return this.byId.delete(Number(id));
      // The history tells every field of an address that has a value.
      this.added.push({ ...newAddress(this.owner.companyRef), ...(from as object), ...this.owner, id: 0 });
      return true;
    }
    if (address === undefined) return false;
    Object.assign(address, { [column]: from });
    return true;
  }

  get removedIds(): number[] {
    return this.stored.flatMap(({ id }) => (this.byId.has(id) ? [] : [id]));
  }

  get changed(): CustomerAddress[] {
    return this.stored.flatMap((before) => {
      const after = this.byId.get(before.id);
      return after !== undefined && ADDRESS_FIELDS.some((field) => after[field] !== before[field]) ? [after] : [];
    });
  }

  /** What was changed, once the added ones have their ids. */
  changes(): FieldChange[] {
    const kept = this.stored.flatMap((before): FieldChange[] => {
      const after = this.byId.get(before.id);
      if (after === undefined) return [{ field: `addresses[${before.id}]`, from: given(before), to: null }];
      return ADDRESS_FIELDS.filter((field) => after[field] !== before[field]).map((field) => ({
        field: `addresses[${before.id}].${field}`,
        from: before[field],
        to: after[field],
      }));
    });
    return [
      ...kept,
      ...this.added.map((address) => ({ field: `addresses[${address.id}]`, from: null, to: given(address) })),
    ];
  }
}

/** The fields of an address that have a value. */
function given(address: CustomerAddress): unknown {
  return Object.fromEntries(
    ADDRESS_FIELDS.flatMap((field) => (address[field] === null ? [] : [[field, address[field]]])),
  );
}
