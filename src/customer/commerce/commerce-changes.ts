import type { CodedIssue } from '../../platform/validation/coded-issue';
import { AddressPlan, planAddresses } from './address.plan';
import { CommerceBook, SEVERAL } from './commerce-book';
import type { CommerceCustomer } from './commerce-customer.entity';
import { COMMERCE_FIELDS, CommerceField, CommerceItem, LateChange } from './commerce-item';
import { COMMERCE_ISSUES } from './commerce.issues';
import type { CustomerDraft } from './customer-draft';
import { nameOf } from './customer-name';
import type { CustomerSsnService } from './customer-ssn.service';

/** What an item makes of a customer. */
export interface ItemChanges {
  /** The customer afterwards; version and times are not moved yet. */
  readonly next: CommerceCustomer;
  /** Undefined: as it was. */
  readonly parent: CustomerDraft | null | undefined;
  /** Null: the item says nothing about addresses. */
  readonly addresses: AddressPlan | null;
  /** Empty when the item says what is stored already. */
  readonly changes: readonly LateChange[];
}

/** What deciding needs besides the customer and the item. */
export interface ItemSurroundings {
  readonly defaultLanguage: string;
  readonly ssns: CustomerSsnService;
}

/** Compares an item with its customer: what would change, or why it cannot. Nothing is written, the book stays as it is. */
export function changesOfItem(
  book: CommerceBook,
  draft: CustomerDraft,
  item: CommerceItem,
  { defaultLanguage, ssns }: ItemSurroundings,
): ItemChanges | CodedIssue {
  const { current } = draft;
  const next: CommerceCustomer = { ...current };
  const changes: LateChange[] = mergeFields(next, item, defaultLanguage);
  const fault = identityFault(book, draft, next);
  if (fault !== null) return fault;

  const parent = item.parent ? book.findParent(item.parent, next.language) : item.parent;
  if (parent === SEVERAL && item.parent) return COMMERCE_ISSUES.parentAmbiguous(item.parent);
  if (parent === null && item.parent) return COMMERCE_ISSUES.parentNotFound(item.parent);
  if (parent && parent !== SEVERAL && book.isAbove(draft, parent)) return COMMERCE_ISSUES.parentCycle();
  const newParent = parent === SEVERAL ? undefined : parent;
  if (newParent !== undefined && !hasParent(draft, newParent)) changes.push(parentChange(draft, newParent));

  if (item.ssn !== undefined && item.ssn !== ssns.open(current)) {
    Object.assign(next, ssns.seal(current, item.ssn));
    const change = { field: 'ssn', from: current.ssn, to: next.ssn };
    changes.push(() => change);
  }
  const addresses =
    item.addresses === undefined ? null : planAddresses(current.companyRef, draft.addresses, item.addresses);
  if (addresses !== null && 'code' in addresses) return addresses;
  changes.push(...(addresses?.changes ?? []));
  return { next, parent: newParent, addresses, changes };
}

/** Writes the fields of an item into the customer and gives what differs, the name that follows from them included. */
function mergeFields(next: CommerceCustomer, { patch }: CommerceItem, defaultLanguage: string): LateChange[] {
  const nameBefore = nameOf(next);
  const changes: LateChange[] = [];
  const set = (field: CommerceField | 'legalName', to: string | null) => {
    const from = next[field];
    if (from === to) return;
    (next as Record<typeof field, string | null>)[field] = to;
    changes.push(() => ({ field, from: from === '' ? null : from, to }));
  };
  for (const field of COMMERCE_FIELDS) {
    const value = patch[field];
    if (value !== undefined) set(field, value);
  }
  if (next.sourceId !== null && next.language === null) set('language', next.primaryLanguage ?? defaultLanguage);
  // A name somebody gave through the receivables API stays.
  const followsNames = next.legalName === '' || next.legalName === nameBefore;
  if (followsNames) set('legalName', nameOf(next) ?? next.legalName);
  return changes;
}

function identityFault(book: CommerceBook, draft: CustomerDraft, next: CommerceCustomer): CodedIssue | null {
  const { source, sourceId, language, legalName } = next;
  if (legalName === '') return COMMERCE_ISSUES.nameless();
  if ((source === null) !== (sourceId === null)) return COMMERCE_ISSUES.halfIdentity();
  if (source === null || sourceId === null) return null;
  const holder = book.find({ source, sourceId, language });
  return holder === null || holder === draft ? null : COMMERCE_ISSUES.exists({ source, sourceId, language });
}

function hasParent({ parent: given, current }: CustomerDraft, parent: CustomerDraft | null): boolean {
  return given === undefined ? (parent?.current.id ?? null) === current.parentRef : given === parent;
}

/** A parent made in this batch has its id once it is stored. */
function parentChange({ parent: given, current }: CustomerDraft, parent: CustomerDraft | null): LateChange {
  const { parentRef } = current;
  const idOf = (customer: CustomerDraft | null) => customer?.current.id ?? null;
  return () => ({ field: 'parent', from: given === undefined ? parentRef : idOf(given), to: idOf(parent) });
}
