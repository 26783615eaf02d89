import type { CommerceCustomer } from './commerce-customer.entity';

const SHORTEST = 2;
const LONGEST = 200;

type Named = Pick<CommerceCustomer, 'firstName' | 'middleName' | 'lastName' | 'abbreviation' | 'source' | 'sourceId'>;

function joined(...parts: (string | null)[]): string {
  return parts
    .map((part) => part?.trim() ?? '')
    .filter((part) => part !== '')
    .join(' ');
}

/**
 * The legal name a customer of the commerce API has as long as nobody gives it another: the fullest name that fits a
 * legal name (2 to 200 characters) uncut, else its source and source id; null when there is nothing to call it by.
 */
export function nameOf(customer: Named): string | null {
  const { firstName, middleName, lastName, abbreviation, source, sourceId } = customer;
  const candidates = [
    joined(firstName, middleName, lastName),
    joined(firstName, lastName),
    joined(lastName),
    joined(firstName),
    joined(abbreviation),
    joined(source, sourceId),
  ];
  return candidates.find((name) => name.length >= SHORTEST && Array.from(name).length <= LONGEST) ?? null;
}
