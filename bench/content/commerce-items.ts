import type { Cell } from '../../chaos/database-probe';

/** Columns by which customers and their addresses are checked, in the order of `itemLines`. */
export const ITEM_COLUMNS = `(SELECT source_id FROM customers c WHERE c.id = customer_ref),
  (SELECT last_name FROM customers c WHERE c.id = customer_ref),
  (SELECT legal_name FROM customers c WHERE c.id = customer_ref), street, number`;

/** The customers of one call: those that are there already, and as many that are not. */
interface Batch {
  readonly turn: number;
  readonly known: number;
  readonly added: number;
}

function item(sourceId: string, turn: number, at: number): object {
  return {
    source: 'BENCH',
    sourceId,
    language: 'nl',
    firstName: 'Miles',
    lastName: `McCoy ${turn}`,
    email: `miles.${at}@example.com`,
    addresses: [{ type: 'delivery', code: 'home', street: `Velperweg ${turn}.${at}`, country: 'NL' }],
  };
}

const knownId = (at: number): string => `known-${at}`;
const addedId = (turn: number, at: number): string => `added-${turn}-${at}`;

/** The body of one bulk call. */
export function itemsBody({ turn, known, added }: Batch): string {
  const customers = [
    ...Array.from({ length: known }, (_, at) => item(knownId(at), turn, at)),
    ...Array.from({ length: added }, (_, at) => item(addedId(turn, at), turn, at)),
  ];
  return JSON.stringify({ customers });
}

/** What must be stored after it of those it named. */
export function* itemLines({ turn, known, added }: Batch): Generator<readonly Cell[]> {
  const names = [`McCoy ${turn}`, `Miles McCoy ${turn}`];
  for (let at = 0; at < known; at++) yield [knownId(at), ...names, `Velperweg ${turn}.${at}`, null];
  for (let at = 0; at < added; at++) yield [addedId(turn, at), ...names, `Velperweg ${turn}.${at}`, null];
}
