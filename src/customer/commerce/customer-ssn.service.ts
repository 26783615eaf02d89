import { Injectable } from '@nestjs/common';
import { BlindIndex } from '../../platform/encryption/blind-index';
import { FieldCipher, SealedPlace } from '../../platform/encryption/field-cipher';
import type { CommerceCustomer } from './commerce-customer.entity';
import { normalizeSsn } from './commerce.values';

const TABLE = 'customers';
const COLUMN = 'ssn';
const SHOWN_DIGITS = 4;

type Owner = Pick<CommerceCustomer, 'companyRef' | 'customerId'>;

/** The two columns a social security number is kept in. */
export type StoredSsn = Pick<CommerceCustomer, 'ssn' | 'ssnIndex'>;

/** Seals social security numbers for storage, opens them, finds them by equality, and shows them masked. */
@Injectable()
export class CustomerSsnService {
  constructor(
    private readonly cipher: FieldCipher,
    private readonly index: BlindIndex,
  ) {}

  /** What to store for a customer; null clears. */
  seal(owner: Owner, ssn: string | null): StoredSsn {
    if (ssn === null) return { ssn: null, ssnIndex: null };
    return { ssn: this.cipher.seal(ssn, placeOf(owner)), ssnIndex: this.indexOf(owner.companyRef, ssn) };
  }

  /** The number in clear; null when there is none. @throws when no known key opens it */
  open(customer: Owner & Pick<StoredSsn, 'ssn'>): string | null {
    return customer.ssn === null ? null : this.cipher.open(customer.ssn, placeOf(customer));
  }

  /** The envelope as it would be sealed now, or null when it is like that already. */
  reseal(owner: Owner, envelope: string): string | null {
    if (this.cipher.isCurrent(envelope)) return null;
    return this.cipher.seal(this.cipher.open(envelope, placeOf(owner)), placeOf(owner));
  }

  /** By this the number is found in a company's book, however it is written. */
  indexOf(companyRef: number, ssn: string): string {
    return this.index.of(normalizeSsn(ssn), companyRef, `${TABLE}.${COLUMN}`);
  }

  /** The number in clear, or with all but its last four characters masked. */
  shown(customer: Owner & Pick<StoredSsn, 'ssn'>, inClear: boolean): string | null {
    const ssn = this.open(customer);
    if (ssn === null || inClear) return ssn;
    // Of a number of four to seven characters four would be too much to show.
    const visible = Math.min(SHOWN_DIGITS, Math.floor(ssn.length / 2));
    return '*'.repeat(ssn.length - visible) + ssn.slice(ssn.length - visible);
  }
}

function placeOf({ companyRef, customerId }: Owner): SealedPlace {
  return { table: TABLE, column: COLUMN, companyRef, id: customerId };
}
