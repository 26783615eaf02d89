import type { CustomerContact } from '../customer-contact.entity';
import type { FieldChange } from '../customer-history.entity';
import { contactChanges } from '../rules/contact.plan';

const PATH = /^customerKeyContacts\[(\w+)\]\.(\w+)$/;

/** The contacts of a customer while changes are taken back; what differs in the end is to be written. */
export class ReversedContacts {
  private readonly byId: Map<string, CustomerContact>;

  constructor(private readonly stored: readonly CustomerContact[]) {
    this.byId = new Map(stored.map((contact) => [contact.keyContactPersonId, { ...contact }]));
  }

  /** Takes a change back; false when it is about something else, or about a contact that is not there. */
  revert({ field, from }: FieldChange, entry: readonly FieldChange[]): boolean {
    const [, id, column] = PATH.exec(field) ?? [];
    const contact = this.byId.get(id ?? '');
    if (id === undefined || column === undefined || contact === undefined) return false;
    const isAddition = entry.some((change) => change.field.endsWith(`[${id}].deleted`) && change.from === null);
    // A contact that was added goes the way contacts go: it is marked as deleted and keeps its values.
    Object.assign(contact, isAddition ? { deleted: true } : { [column]: from });
    return true;
  }

  get changed(): CustomerContact[] {
    return this.stored.flatMap((before) => {
      const after = this.byId.get(before.keyContactPersonId);
      return after !== undefined && this.changesOf(before).length > 0 ? [after] : [];
    });
  }

  changes(): FieldChange[] {
    return this.stored.flatMap((before) => this.changesOf(before));
  }

  /** One that is deleted and stays so keeps its values: nobody sees them. */
  private changesOf(before: CustomerContact): FieldChange[] {
    const after = this.byId.get(before.keyContactPersonId);
    if (after === undefined || (before.deleted && after.deleted)) return [];
    return contactChanges(before, after);
  }
}
