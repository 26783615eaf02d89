import type { BenchOptions } from '../bench.options';
import { checksumOf, expectSame, storedChecksum } from '../content/checksum';
import { itemLines, itemsBody, ITEM_COLUMNS } from '../content/commerce-items';
import { bodyTo, call } from '../http-call';
import type { BenchLane } from '../lane';
import type { Measurement } from '../measurement';
import { compare, Trial } from '../trial';

const KNOWN = 5_000;
const ADDED = 5_000;

/** Upserts 10,000 customers with one address each; one half is new. */
export async function measureCommerce(lane: BenchLane, options: BenchOptions): Promise<Measurement[]> {
  const { service, probe, figuresFile } = lane;
  const first = itemsBody({ turn: 0, known: KNOWN, added: 0 });
  const send = async (body: string) => {
    const { text } = await call(service, '/customers/bulk/sourceId', { method: 'POST', body });
    if (text.includes('"success":false')) throw new Error(`an item was refused: ${text.slice(0, 500)}`);
  };
  await send(first);
  const floor = await lane.peer('floor.server');
  const textbook = await lane.peer('textbook.server');
  const shared = {
    prepare: (turn: number) => itemsBody({ turn, known: KNOWN, added: ADDED }),
    check: async (turn: number) => {
      // Turn 0 shares no street with any other: those of this turn are the ones this call wrote.
      const where = `street LIKE 'Velperweg ${turn}.%'`;
      const stored = await storedChecksum(probe, { columns: ITEM_COLUMNS, table: 'customer_addresses', where });
      expectSame('customers', stored, checksumOf(itemLines({ turn, known: KNOWN, added: ADDED })));
    },
  };
  const trials: Trial<string>[] = [
    { ...shared, ...{ subject: 'service', figuresFile, repeats: options.callRepeats }, send },
    {
      ...shared,
      ...{ subject: 'floor', figuresFile: floor.figuresFile, repeats: options.callRepeats },
      send: bodyTo(floor, '/commerce'),
    },
    {
      ...shared,
      ...{ subject: 'textbook', figuresFile: textbook.figuresFile, repeats: options.quick ? 1 : options.callRepeats },
      send: bodyTo(textbook, '/commerce'),
    },
  ];
  return compare(lane, 'commerce', KNOWN + ADDED, trials);
}
