import type { Cell, DatabaseProbe } from '../database-probe';
import type { Findings } from '../findings';
import { read, type ServiceAddress } from '../service-client';
import { difference, type OracleWorld } from './oracle.call';

/** Social security numbers that calls give; two are the same in different spelling. */
export const NUMBERS = ['123-45-6789', '987-65-4321', '987654321'] as const;
const SHOWN = 4;

/** As it is shown to those who may not see it whole. */
function masked(ssn: string): string {
  return ssn.slice(-SHOWN).padStart(ssn.length, '*');
}

/** By this a number is found however it is written. */
function bare(ssn: string): string {
  return ssn.replace(/[^0-9A-Za-z]/g, '').toUpperCase();
}

/**
 * Every customer has the number of the model: it is shown with nothing but its end, two have the same index when they have
 * the same number and only then, and nothing that is stored holds it in clear.
 */
export async function checkNumbers(
  service: ServiceAddress,
  probe: DatabaseProbe,
  { book, ids }: OracleWorld,
  findings: Findings,
): Promise<void> {
  const indexes = new Map<string, Cell>();
  const numbers = new Map<Cell, string>();
  for (const [customer, { state, isGone }] of book.table.all) {
    const id = ids.idOf(customer);
    if (id === null || isGone) continue;
    const { ssn } = state;
    const { data } = JSON.parse(await read(service, `/customers/id/${id}`)) as { data: { ssn?: string | null } };
    const fault = difference(ssn === null ? null : masked(ssn), data.ssn ?? null);
    findings.expect(fault === null, `the number of customer ${id} ${fault ?? ''}`);
    const [[sealed = null, index = null] = []] = await probe.rows(
      'SELECT ssn, ssn_index FROM customers WHERE id = ?',
      id,
    );
    const history = await probe.rows('SELECT changes FROM customer_changes WHERE customer_ref = ?', id);
    const stored = JSON.stringify([sealed, index, history]);
    const isClear = NUMBERS.some((number) => stored.includes(number) || stored.includes(bare(number)));
    findings.expect(!isClear, `a number of customer ${id} is stored in clear`);
    findings.expect((sealed === null) === (ssn === null), `customer ${id} has ${String(sealed)} as its number`);
    findings.expect((index === null) === (ssn === null), `customer ${id} has ${String(index)} as index of its number`);
    if (ssn === null || index === null) continue;
    const [known, owner] = [indexes.get(bare(ssn)) ?? index, numbers.get(index) ?? bare(ssn)];
    findings.expect(known === index && owner === bare(ssn), `the index of the number of customer ${id} is another's`);
    indexes.set(bare(ssn), index);
    numbers.set(index, bare(ssn));
  }
}
