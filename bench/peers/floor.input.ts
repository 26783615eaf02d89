/** What the floor takes, and the least that must be checked of it by hand. */

export interface RecordChange {
  readonly id: string;
  readonly data: Readonly<Record<string, unknown>>;
}

export interface AddressItem {
  readonly type: string;
  readonly code: string;
  readonly street: string;
  readonly country: string;
}

export interface CommerceItem {
  readonly source: string;
  readonly sourceId: string;
  readonly language: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly email: string;
  readonly addresses: readonly [AddressItem];
}

export type CustomerRow = Readonly<Record<string, string>>;

const isText = (value: unknown, longest: number): boolean =>
  typeof value === 'string' && value.length > 0 && value.length <= longest;

export function isRecordChange({ id, data }: Partial<RecordChange>): boolean {
  if (!isText(id, 128) || typeof data !== 'object') return false;
  const { payment_status: status, emi_amount: amount } = data;
  return (status === undefined || isText(status, 2_000)) && (amount === undefined || Number(amount) >= 0);
}

export function isCommerceItem({ source, sourceId, language, ...item }: Partial<CommerceItem>): boolean {
  const [address] = item.addresses ?? [];
  return (
    isText(source, 64) &&
    isText(sourceId, 64) &&
    /^[a-z]{2}$/.test(language ?? '') &&
    isText(item.firstName, 100) &&
    isText(item.lastName, 100) &&
    /^[^@\s]+@[^@\s]+$/.test(item.email ?? '') &&
    address !== undefined &&
    (address.type === 'delivery' || address.type === 'invoice') &&
    isText(address.code, 64) &&
    isText(address.street, 200) &&
    /^[A-Z]{2}$/.test(address.country)
  );
}

export function isCustomerRow({ uniqueRefNo, address, assignedAgent, pinCode, ...row }: CustomerRow): boolean {
  return (
    isText(uniqueRefNo, 50) &&
    isText(address, 500) &&
    isText(assignedAgent, 100) &&
    /^[1-9]\d{5}$/.test(pinCode ?? '') &&
    /^\d{1,13}\.\d\d$/.test(row['creditLimit'] ?? '') &&
    /^\d{1,3}$/.test(row['paymentTermsDays'] ?? '')
  );
}

/** The list, when every entry of it holds. @throws otherwise */
export function checked<T>(list: readonly T[], holds: (entry: T) => boolean): readonly T[] {
  if (!list.every(holds)) throw new Error('an entry is not valid');
  return list;
}
