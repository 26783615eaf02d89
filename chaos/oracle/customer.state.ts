import type { ContactState } from './contact.state';

/** An address as it is stored; those that differ in nothing else differ in their code. */
export interface AddressState {
  readonly code: string | null;
  readonly type: 'delivery' | 'invoice';
  readonly street: string;
  readonly city: string | null;
  readonly isDefault: 'Y' | 'N';
}

/** An address as it is sent. */
export type AddressPatch = Pick<AddressState, 'type' | 'street'> & Partial<AddressState>;

/** A customer as both APIs see it. */
export interface CustomerState {
  readonly source: string | null;
  readonly sourceId: string | null;
  readonly language: string | null;
  readonly uniqueRefNo: string | null;
  readonly legalName: string;
  /** The legal name was given through the receivables API: it follows the other names no more. */
  readonly isNamed: boolean;
  readonly firstName: string | null;
  readonly lastName: string | null;
  readonly gender: string | null;
  /** The customer above it; it may be gone meanwhile. */
  readonly parent: string | null;
  readonly debtorId: string | null;
  /** Social security number in clear, which only the model has. */
  readonly ssn: string | null;
  readonly assignedAgent: string | null;
  readonly pinCode: string | null;
  readonly creditLimit: string | null;
  readonly accountNumber: string | null;
  readonly ifsc: string | null;
  readonly addresses: readonly AddressState[];
  readonly contacts: readonly ContactState[];
}

/** A customer nobody has said anything about. */
export const NOBODY: CustomerState = {
  ...{ source: null, sourceId: null, language: null, uniqueRefNo: null, legalName: '', isNamed: false },
  ...{
    firstName: null,
    lastName: null,
    gender: null,
    parent: null,
    debtorId: null,
    ssn: null,
    assignedAgent: null,
    pinCode: null,
  },
  ...{ creditLimit: null, accountNumber: null, ifsc: null, addresses: [], contacts: [] },
};

/** The legal name that follows from the others, as long as nobody gives one. */
export function withName(customer: CustomerState): CustomerState {
  if (customer.isNamed) return customer;
  const { firstName, lastName, source, sourceId } = customer;
  const names = [firstName, lastName].filter((name) => name !== null);
  return { ...customer, legalName: (names.length > 0 ? names : [source, sourceId]).join(' ') };
}

/**
 * Addresses after those of a request: one with a code changes the one of that code, one without is added unless the very
 * same is there, and a default takes the mark from the others of its type.
 */
export function withAddresses(stored: readonly AddressState[], patches: readonly AddressPatch[]): AddressState[] {
  const addresses = [...stored];
  for (const patch of patches) {
    const { code = null } = patch;
    const isMeant = (address: AddressState): boolean =>
      code !== null
        ? address.code === code
        : address.code === null && address.type === patch.type && address.street === patch.street;
    const found = addresses.findIndex(isMeant);
    const at = found < 0 ? addresses.length : found;
    const none: AddressState = { type: patch.type, street: patch.street, code, city: null, isDefault: 'N' };
    const address = { ...(addresses[at] ?? none), ...patch };
    addresses[at] = address;
    if (address.isDefault !== 'Y') continue;
    addresses.forEach((other, index) => {
      if (index !== at && other.type === address.type) addresses[index] = { ...other, isDefault: 'N' };
    });
  }
  return addresses;
}
