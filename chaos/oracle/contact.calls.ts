import type { ContactPatch, DrawnContact } from './contact.state';
import type { Dice } from './dice';
import type { OracleWorld } from './oracle.call';

/** Numbers of contacts: few, so that rows meet. */
const MOBILES = ['9812345678', '+91 9812345679', '9812345670'] as const;
const NOBODY = 'KP00000000000000';
const PERSON = { name: 'name', legalName: 'legalName', mobile: 'mobile', email: 'email' } as const;
export const CONTACT_COLUMNS = [
  ...['customerId', 'uniqueRefNo', 'keyContactPersonId', 'name', 'legalName', 'mobile'],
  ...['email', 'whatsapp_enabled', 'deleted'],
] as const;
export type ContactCells = Partial<Record<(typeof CONTACT_COLUMNS)[number], string>>;

/** A row of the table of contacts, and its cells. */
export interface SentContact {
  readonly drawn: DrawnContact;
  readonly cells: ContactCells;
}

/** What a row says of its contact; without an id it names the number, and mostly all that a new one needs. */
function drawPatch(dice: Dice, person: string | null): ContactPatch {
  const isWhole = person === null;
  return {
    person,
    ...(isWhole && { mobile: dice.pick(MOBILES) }),
    ...(dice.chance(isWhole ? 0.9 : 0.4) && { name: dice.pick(['Asha', 'Ravi']) }),
    ...(dice.chance(isWhole ? 0.9 : 0.3) && { legalName: dice.pick(['Asha Rao', 'Ravi, "R."']) }),
    ...(dice.chance(0.4) && { email: dice.pick(['a@example.com', 'b@example.com', null]) }),
    ...(dice.chance(0.3) && { whatsapp: dice.pick([true, false, null]) }),
    deleted: dice.chance(0.25),
  };
}

/** A row for a customer, who is named by `named`. */
export function drawContact(
  { dice, book, ids }: OracleWorld,
  customer: string | null,
  named: ContactCells,
): SentContact {
  const contacts = customer === null ? [] : (book.table.live(customer)?.state.contacts ?? []);
  const known = dice.chance(0.5) ? contacts[dice.below(contacts.length)]?.person : undefined;
  const publicId = known === undefined ? null : ids.personIdOf(known);
  const isStranger = dice.chance(0.04);
  const person = isStranger ? 'nobody' : publicId === null ? null : (known ?? null);
  const patch = drawPatch(dice, person);
  const cells: ContactCells = {
    ...named,
    ...(person !== null && { keyContactPersonId: isStranger ? NOBODY : (publicId ?? NOBODY) }),
    ...Object.fromEntries(
      Object.values(PERSON).flatMap((name) => (patch[name] === undefined ? [] : [[name, patch[name] ?? '#CLEAR']])),
    ),
    ...(patch.whatsapp !== undefined && { whatsapp_enabled: String(patch.whatsapp ?? '#CLEAR') }),
    ...(patch.deleted && { deleted: 'true' }),
  };
  if (!dice.chance(0.06)) return { drawn: { customer, patch, fault: null }, cells };
  const [broken, fault] = dice.pick<[ContactCells, string]>([
    [{ ...cells, email: 'nowhere' }, 'INVALID_FORMAT'],
    [{ ...cells, mobile: '12345' }, 'INVALID_FORMAT'],
  ]);
  return { drawn: { customer, patch, fault }, cells: broken };
}
