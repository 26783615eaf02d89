import { orderedPublicId } from '../../platform/ids/public-id';
import type { CodedIssue } from '../../platform/validation/coded-issue';
import type { CustomerContact } from '../customer-contact.entity';
import type { FieldChange } from '../customer-history.entity';
import type { ContactPatch } from '../dto/contact.dto';
import { contactCountIssue } from './contact.rules';

const NEW_CONTACT = {
  email: null,
  mailEnabled: true,
  smsEnabled: true,
  whatsappEnabled: false,
  via: null,
  deleted: false,
};

/** The fields of a contact that can change. */
export const CONTACT_FIELDS = [
  'name',
  'legalName',
  'mobile',
  'email',
  'mailEnabled',
  'smsEnabled',
  'whatsappEnabled',
  'via',
  'deleted',
] as const;

/** A contact as it is to be stored; id 0 marks one that is new. */
export interface PlannedContact {
  readonly contact: CustomerContact;
  readonly changes: FieldChange[];
}

/**
 * Decides what a change of one contact means for a customer's contacts, without touching the database. A contact is found
 * by its id; without an id by its mobile number, so that a list sent twice adds nobody twice; otherwise it is new.
 */
export function planContact(
  owner: { readonly companyRef: number; readonly id: number },
  contacts: readonly CustomerContact[],
  patch: ContactPatch,
): PlannedContact | CodedIssue {
  const live = contacts.filter((contact) => !contact.deleted);
  const { keyContactPersonId: id } = patch;
  const current = live.find((contact) =>
    id === undefined ? contact.mobile === patch.mobile : contact.keyContactPersonId === id,
  );
  if (current === undefined && id !== undefined) {
    return {
      field: 'keyContactPersonId',
      code: 'NOT_FOUND',
      message: 'the customer has no contact with this id; correct it, or leave it empty to add a contact',
      rejectedValue: id,
    };
  }
  if (current === undefined && patch.deleted === true) {
    // Otherwise each repetition of a deletion by number would store one more deleted contact.
    return {
      field: 'mobile',
      code: 'NOT_FOUND',
      message:
        'the customer has no contact with this mobile number to delete; correct it, or name the contact by its id',
      rejectedValue: patch.mobile ?? null,
    };
  }
  if (current === undefined) {
    const missing = (['name', 'legalName', 'mobile'] as const).find((field) => (patch[field] ?? '') === '');
    if (missing !== undefined) {
      return {
        field: missing,
        code: 'REQUIRED',
        message: `${missing} is required for a new contact; the customer has none with this id or mobile number`,
        rejectedValue: null,
      };
    }
  }
  const base: CustomerContact = current ?? {
    ...NEW_CONTACT,
    id: 0,
    companyRef: owner.companyRef,
    customerRef: owner.id,
    keyContactPersonId: orderedPublicId('KP', 14),
    name: '',
    legalName: '',
    mobile: '',
  };
  const contact: CustomerContact = { ...base, ...withDefaults(patch), keyContactPersonId: base.keyContactPersonId };
  const after = live.length + (current === undefined ? 1 : 0) - (contact.deleted ? 1 : 0);
  const issue = contactCountIssue(live.length, after);
  if (issue !== null) return issue;
  return { contact, changes: contactChanges(current, contact) };
}

/** A flag that is cleared goes back to what a new contact has. */
function withDefaults(patch: ContactPatch): ContactPatch {
  const cleared = Object.entries(NEW_CONTACT).filter(([field]) => patch[field as keyof ContactPatch] === null);
  return { ...patch, ...Object.fromEntries(cleared) };
}

/** What differs between a contact and what is to be stored of it; undefined: it is new. */
export function contactChanges(current: CustomerContact | undefined, contact: CustomerContact): FieldChange[] {
  const path = `customerKeyContacts[${contact.keyContactPersonId}]`;
  return CONTACT_FIELDS.filter((field) => (current?.[field] ?? null) !== contact[field]).map((field) => ({
    field: `${path}.${field}`,
    from: current?.[field] ?? null,
    to: contact[field],
  }));
}
