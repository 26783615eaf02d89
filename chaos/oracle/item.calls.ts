import type { DrawnItem, ItemAnswer, ItemKey } from './book.model';
import type { AddressPatch } from './customer.state';
import type { Dice } from './dice';
import { difference, type OracleCall, type OracleWorld, REFUSED_SHARE, refusedCall } from './oracle.call';
import { drawChoices, perform } from './call-choices';
import { NUMBERS } from './ssn.checks';

const PATH = '/customers/bulk';
/** Ids of the source: few, so that calls meet. */
const SOURCE_IDS = 6;
const NO_ID = 2_000_000_000;

/** An item as it is drawn and as it is sent. */
interface SentItem {
  readonly drawn: DrawnItem;
  readonly sent: Readonly<Record<string, unknown>>;
  /** What the answer must echo. */
  readonly key: unknown;
}

function drawAddress(dice: Dice): AddressPatch {
  return {
    type: dice.pick(['delivery', 'invoice']),
    street: dice.pick(['Velperweg', 'Bergweg']),
    ...(dice.chance(0.4) && { city: dice.pick(['Arnhem', 'Breda', null]) }),
    ...(dice.chance(0.5) && { isDefault: dice.pick(['Y', 'N']) }),
    code: dice.pick(['1', '2', '3']),
  };
}

/** Addresses of an item: by code, or one without, which tells no more than where it is. */
function drawAddresses(dice: Dice): readonly AddressPatch[] {
  if (dice.chance(0.3)) return [{ type: dice.pick(['delivery', 'invoice']), street: dice.pick(['Dam', 'Kade']) }];
  return Array.from({ length: 1 + dice.below(3) }, () => drawAddress(dice));
}

function drawItem(world: OracleWorld, key: ItemKey, named: Readonly<Record<string, unknown>>): Omit<SentItem, 'key'> {
  const { dice } = world;
  const patch = {
    ...(dice.chance(0.6) && { firstName: dice.pick(['Miles', 'Ella', null]) }),
    ...(dice.chance(0.6) && { lastName: dice.pick(['McCoy', 'Davis', null]) }),
    ...(dice.chance(0.3) && { gender: dice.pick(['M', 'F', null]) }),
    ...(dice.chance(0.3) && { debtorId: dice.pick(['d1', 'd2', null]) }),
    ...(dice.chance(0.4) && { ssn: dice.pick([...NUMBERS, null]) }),
  };
  const addresses = dice.chance(0.4) ? drawAddresses(dice) : undefined;
  const parent = dice.chance(0.25) ? drawParent(world) : undefined;
  const sent = {
    ...{ ...named, ...patch },
    ...(addresses !== undefined && { addresses: addresses.map((address) => ({ country: 'NL', ...address })) }),
    ...(parent !== undefined && { parent: parent.sent }),
  };
  const drawn = { key, patch, ...(addresses !== undefined && { addresses }), ...(parent && { parent: parent.key }) };
  return { drawn, sent };
}

/** A parent, null for none: by its source id, whatever its language, or by its id. */
function drawParent({ dice, book, ids, source }: OracleWorld): {
  readonly key: ItemKey | null;
  readonly sent: unknown;
} {
  if (dice.chance(0.15)) return { key: null, sent: null };
  if (dice.chance(0.5)) {
    // One that is never there, too.
    const named = { source: `${source}-${dice.pick(['a', 'b'])}`, sourceId: String(100 + dice.below(SOURCE_IDS + 1)) };
    return { key: { ...named, language: null }, sent: named };
  }
  const all = [...book.table.all.keys()];
  const customer = all[dice.below(all.length)] ?? null;
  const id = customer === null ? null : ids.idOf(customer);
  return { key: { customer: id === null ? null : customer }, sent: { id: id ?? NO_ID } };
}

function drawBySource(world: OracleWorld): SentItem {
  const { dice, source: prefix } = world;
  const source = `${prefix}-${dice.pick(['a', 'b'])}`;
  const number = 100 + dice.below(SOURCE_IDS);
  const language = dice.pick([null, null, 'en', 'nl']);
  // The same id, as a number or as text.
  const sourceId = dice.chance(0.5) ? number : String(number);
  const named = { source, sourceId, ...(language !== null && { language }) };
  return { ...drawItem(world, { source, sourceId: String(number), language }, named), key: sourceId };
}

function drawById(world: OracleWorld): SentItem {
  const { dice, book, ids } = world;
  const all = [...book.table.all.keys()];
  const customer = dice.chance(0.05) ? null : (all[dice.below(all.length)] ?? null);
  const id = customer === null ? NO_ID : (ids.idOf(customer) ?? NO_ID);
  return { ...drawItem(world, { customer }, { id }), key: id };
}

/** What is wrong with the answer to one item. */
function checkItem(
  { ids }: OracleWorld,
  expected: ItemAnswer & { readonly key: unknown; readonly lookupKey: string },
  isDry: boolean,
  item: Readonly<Record<string, unknown>> | undefined,
): string | null {
  const { action, record: customer, code, key, lookupKey } = expected;
  const { id, error } = (item ?? {}) as { id?: number | null; error?: { code: number } };
  if (!isDry && action === 'create' && customer !== null) {
    const clash = ids.learn(customer, Number(id));
    if (clash !== null) return clash;
  }
  const owner = typeof id === 'number' ? ids.customerOf(id) : null;
  // The id a rehearsed customer would have is nobody's.
  const isRehearsed = isDry && customer !== null && ids.idOf(customer) === null;
  const found = isRehearsed && owner === null ? customer : owner;
  const given = { action: item?.['action'], customer: found, code: error?.code ?? null, key: item?.['key'] };
  return difference(
    { action, customer, code, key, lookupKey, success: code === null },
    { ...given, lookupKey: item?.['lookupKey'], success: item?.['success'] },
  );
}

/** Upsert by source id, or change by id. */
export function drawItemCall(world: OracleWorld, call: number): OracleCall {
  const { dice, book } = world;
  const lookupKey = dice.chance(0.7) ? 'sourceId' : 'id';
  const items = dice.list(() => (lookupKey === 'id' ? drawById(world) : drawBySource(world)));
  const path = `${PATH}/${lookupKey}`;
  const common = { what: `commerce by ${lookupKey}`, method: 'POST' } as const;
  const customers = items.map(({ sent }) => sent);
  if (dice.chance(REFUSED_SHARE)) {
    return refusedCall({ ...common, path, body: { customers: [...customers, { ...customers[0], gender: 'X' }] } }, 400);
  }
  const choices = drawChoices(dice, 'each');
  const drawn = items.map((item) => item.drawn);
  const rows = { count: items.length, begin: (to: number) => book.upsert(to, drawn, choices.rule) };
  const { answers, isRefused } = perform(world, book.table.rehearse, choices, call, [rows], (item): ItemAnswer => {
    return { ...item, verdict: 'failed', record: null, code: 10017 };
  });
  const expected = answers.flat();
  const words = expected.every(({ code }) => code === null) ? 'Completed' : 'Completed with errors';
  return {
    ...{ ...common, path: `${path}${choices.query}`, body: { customers }, makesJob: true, isRefused },
    check: (status, answer) => {
      const {
        data = [],
        messages,
        total,
      } = answer as { data?: Record<string, unknown>[]; messages?: unknown; total?: unknown };
      const whole = difference([200, [words], items.length], [status, messages, total]);
      const faults = expected.map((one, at) => {
        return checkItem(world, { ...one, key: items[at]?.key, lookupKey }, choices.isDry, data[at]);
      });
      return whole ?? faults.find((fault) => fault !== null) ?? null;
    },
  };
}
