import { isLongerThan } from '../../platform/validation/character-count';
import type { CommerceCustomer } from './commerce-customer.entity';

const SHORTEST = 2;
const LONGEST = 200;

type Named = Pick<CommerceCustomer, 'firstName' | 'middleName' | 'lastName' | 'abbreviation' | 'source' | 'sourceId'>;

type Part = string | null;

function joined(parts: readonly Part[]): string {
  let name = '';
  for (const part of parts) {
    const word = part?.trim() ?? '';
    if (word !== '') name += name === '' ? word : ` ${word}`;
  }
  return name;
}

/**
 * The legal name a customer of the commerce API has as long as nobody gives it another: the fullest name that fits a
 * legal name (2 to 200 characters) uncut, else its source and source id; null when there is nothing to call it by.
 */
export function nameOf(customer: Named): string | null {
  const { firstName, middleName, lastName, abbreviation, source, sourceId } = customer;
  const candidates: readonly (readonly Part[])[] = [
    [firstName, middleName, lastName],
    [firstName, lastName],
    [lastName],
    [firstName],
    [abbreviation],
    [source, sourceId],
  ];
  for (const parts of candidates) {
    const name = joined(parts);
    if (name.length >= SHORTEST && !isLongerThan(name, LONGEST)) return name;
  }
  return null;
}
