import type { CodedIssue } from '../../platform/validation/coded-issue';
import { ADDRESS_FIELDS, AddressField, AddressRequest } from './address.dto';
import type { LateChange } from './commerce-item';
import type { CustomerAddress } from './customer-address.entity';

/** Most addresses a customer can hold: they are read whenever one of them changes. */
const MOST_STORED = 200;

type AddressPatch = Partial<Pick<CustomerAddress, AddressField>>;

/** What became of one address of a request. */
export interface MetAddress {
  /** Has its id once it is stored. */
  readonly address: CustomerAddress;
  readonly created: boolean;
}

/** The addresses of a customer as they are to be stored; id 0 marks new ones. */
export interface AddressPlan {
  readonly addresses: readonly CustomerAddress[];
  /** Those that are new or differ from what is stored. */
  readonly written: readonly CustomerAddress[];
  /** Fields in which a stored one differs. */
  readonly changedFields: readonly AddressField[];
  /** In the order of the request. */
  readonly met: readonly MetAddress[];
  readonly changes: readonly LateChange[];
}

/** Member by member; codes of countries are kept in capitals, and an address is no default one unless it says so. */
function toAddressPatch(request: AddressRequest): AddressPatch {
  const patch: Partial<Record<AddressField, unknown>> = {};
  for (const field of ADDRESS_FIELDS) if (request[field] !== undefined) patch[field] = request[field];
  patch.country = request.country.toUpperCase();
  if (patch.isDefault === null) patch.isDefault = 'N';
  // The values have passed the rules of the fields they belong to.
  return patch as AddressPatch;
}

function isSame(address: CustomerAddress, patch: AddressPatch): boolean {
  return ADDRESS_FIELDS.every((field) => field === 'isDefault' || address[field] === (patch[field] ?? null));
}

/**
 * Decides what the addresses of a request mean for a customer, without touching the database; the objects of `stored`
 * are brought to their new values, unless the answer is an issue. An address with a code
 * changes the one of that code. One without is added, unless the very same one is stored already: a request that is sent
 * again adds nothing. `isDefault: Y` takes the mark from the others of that type.
 */
export function planAddresses(
  companyRef: number,
  stored: readonly CustomerAddress[],
  requests: readonly AddressRequest[],
): AddressPlan | CodedIssue {
  const before = new Map(stored.map((address) => [address, { ...address }]));
  const addresses = [...stored];
  const unmet = new Set(addresses.filter(({ code }) => code === null));
  const met = requests.map((request): MetAddress => {
    const patch = toAddressPatch(request);
    const { code = null } = patch;
    const known =
      code === null
        ? [...unmet].find((address) => isSame(address, patch))
        : addresses.find((address) => address.code === code);
    const address = known ?? newAddress(companyRef);
    unmet.delete(address);
    if (known === undefined) addresses.push(address);
    Object.assign(address, patch);
    if (address.isDefault === 'Y') {
      for (const other of addresses) if (other !== address && other.type === address.type) other.isDefault = 'N';
    }
    return { address, created: known === undefined };
  });
  if (addresses.length > Math.max(MOST_STORED, stored.length)) {
    for (const [address, values] of before) Object.assign(address, values);
    return tooMany(stored.length);
  }
  const written: CustomerAddress[] = [];
  const changedFields: AddressField[] = [];
  const changes: LateChange[] = [];
  for (const address of addresses) {
    const was = before.get(address);
    const fields = was === undefined ? [] : ADDRESS_FIELDS.filter((field) => address[field] !== was[field]);
    if (was !== undefined && fields.length === 0) continue;
    written.push(address);
    changedFields.push(...fields);
    if (was === undefined) changes.push(addition(address));
    else changes.push(...fields.map((field) => change(address, field, was[field])));
  }
  return { addresses, written, changedFields, met, changes };
}

/** Type, street and country are required in every request and overwrite their null. */
const NEW_ADDRESS = {
  ...Object.fromEntries(ADDRESS_FIELDS.map((field) => [field, null])),
  ...{ id: 0, companyRef: 0, customerRef: 0, isDefault: 'N' },
} as unknown as CustomerAddress;

/** An address that says nothing yet, and belongs to no customer. */
export function newAddress(companyRef: number): CustomerAddress {
  // A copy of what has all members: with members that are new behind it, the literal takes 60 times as long on Node 20.
  return { ...NEW_ADDRESS, companyRef };
}

/** A new address is one change as a whole. */
function addition(address: CustomerAddress): LateChange {
  const given = ADDRESS_FIELDS.filter((field) => address[field] !== null).map((field) => [field, address[field]]);
  const to: unknown = Object.fromEntries(given);
  return () => ({ field: `addresses[${address.id}]`, from: null, to });
}

function change(address: CustomerAddress, field: AddressField, from: unknown): LateChange {
  const to = address[field];
  return () => ({ field: `addresses[${address.id}].${field}`, from, to });
}

function tooMany(count: number): CodedIssue {
  return {
    field: 'addresses',
    code: 'ADDRESS_LIMIT',
    message: `a customer can hold at most ${MOST_STORED} addresses and this one has ${count}; give addresses a code to change them instead of adding more`,
    rejectedValue: null,
  };
}
