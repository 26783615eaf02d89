/** A contact of a customer as it is stored, as long as it is not deleted. */
export interface ContactState {
  /** Who it is: the call and row that added it. */
  readonly person: string;
  readonly mobile: string;
  readonly name: string;
  readonly legalName: string;
  readonly email: string | null;
  readonly whatsapp: boolean;
}

/** A row about a contact that keeps the rules of its fields; null brings back what a new one has. */
export interface ContactPatch {
  /** Null: whoever has the mobile number. */
  readonly person: string | null;
  readonly mobile?: string;
  readonly name?: string;
  readonly legalName?: string;
  readonly email?: string | null;
  readonly whatsapp?: boolean | null;
  readonly deleted: boolean;
}

/** A row of the table of contacts. */
export interface DrawnContact {
  /** Null: nobody by that name. */
  readonly customer: string | null;
  readonly patch: ContactPatch;
  /** Error code of a row that breaks a rule in itself. */
  readonly fault: string | null;
}

/**
 * The contacts of a customer after a row, or the code of its error: a contact is found by who it is, or else by its
 * number, and otherwise added; a customer that has any keeps one.
 */
export function withContact(
  contacts: readonly ContactState[],
  { person, deleted, whatsapp, ...given }: ContactPatch,
  newPerson: string,
): readonly ContactState[] | string {
  const known = contacts.find((one) => (person === null ? one.mobile === given.mobile : one.person === person));
  if (known === undefined && (person !== null || deleted)) return 'NOT_FOUND';
  if (deleted) return contacts.length === 1 ? 'LAST_CONTACT' : contacts.filter((one) => one !== known);
  const isWhole = given.mobile !== undefined && given.name !== undefined && given.legalName !== undefined;
  if (known === undefined && !isWhole) return 'REQUIRED';
  const added: ContactState = {
    ...{ person: newPerson, mobile: '', name: '', legalName: '', email: null, whatsapp: false },
  };
  const next = { ...(known ?? added), ...given, ...(whatsapp !== undefined && { whatsapp: whatsapp ?? false }) };
  return known === undefined ? [...contacts, next] : contacts.map((one) => (one === known ? next : one));
}
