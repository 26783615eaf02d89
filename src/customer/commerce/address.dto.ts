import { ApiProperty } from '@nestjs/swagger';
import { ArrayMaxSize, ArrayMinSize, IsArray, IsIn, IsOptional } from 'class-validator';
import { ApiInt } from '../../platform/openapi/api-schema';
import { IsEmailAddress } from '../rules/field.validators';
import type { Gender } from './commerce-customer.entity';
import { IsCountryCode, OptionalText, Text } from './commerce.validators';
import type { AddressType, CustomerAddress, YesOrNo } from './customer-address.entity';

/** Most addresses one request may bring for a customer. */
export const MAX_ADDRESSES = 50;

/** An address in a request: with a code it changes the address of that code, or adds it; without one it is added. */
export class AddressRequest {
  /** @example 'delivery' */
  @IsIn(['delivery', 'invoice'])
  type: AddressType;

  /** @example 'Velperweg' */
  @Text(200)
  street: string;

  /**
   * ISO 3166-1
   * @example 'NL'
   */
  @ApiProperty({ pattern: '^[A-Za-z]{2}$' })
  @IsCountryCode()
  country: string;

  /**
   * The caller's own code for the address, unique for the customer.
   * @example '11234'
   */
  @IsOptional()
  @Text(64)
  code?: string | null;

  /** @example 'Trimergo' */
  @OptionalText(200)
  company?: string | null;

  /** @example 'Miles' */
  @OptionalText(100)
  firstName?: string | null;

  @OptionalText(100)
  middleName?: string | null;

  /** @example 'McCoy' */
  @OptionalText(100)
  lastName?: string | null;

  /** @example 'M' */
  @IsOptional()
  @IsIn(['M', 'F', 'U'])
  gender?: Gender | null;

  /** @example '34' */
  @OptionalText(20)
  number?: string | null;

  /** @example 'A' */
  @OptionalText(20)
  numberExtension?: string | null;

  /** @example '6822 AA' */
  @OptionalText(20)
  postalCode?: string | null;

  /** @example 'Arnhem' */
  @OptionalText(100)
  city?: string | null;

  /** @example 'Gelderland' */
  @OptionalText(100)
  region?: string | null;

  /**
   * Whether deliveries there count as intra-community supply.
   * @example 'N'
   */
  @IsOptional()
  @IsIn(['Y', 'N'])
  icp?: YesOrNo | null;

  /** @example '0032445888' */
  @OptionalText(30)
  phone?: string | null;

  /** @example '0038975648' */
  @OptionalText(30)
  mobile?: string | null;

  /** @example 'miles@example.com' */
  @IsOptional()
  @IsEmailAddress()
  email?: string | null;

  /** @example 'https://example.com' */
  @OptionalText(500)
  url?: string | null;

  /** @example 'Ring twice' */
  @OptionalText(2000)
  notes?: string | null;

  /**
   * `Y` makes it the default address of its type; the others lose that mark.
   * @example 'Y'
   */
  @IsOptional()
  @IsIn(['Y', 'N'])
  isDefault?: YesOrNo | null;
}

/** The members of an address that callers write. */
export const ADDRESS_FIELDS = [
  'code',
  'type',
  'street',
  'country',
  'company',
  'firstName',
  'middleName',
  'lastName',
  'gender',
  'number',
  'numberExtension',
  'postalCode',
  'city',
  'region',
  'icp',
  'phone',
  'mobile',
  'email',
  'url',
  'notes',
  'isDefault',
] as const satisfies readonly (keyof AddressRequest & keyof CustomerAddress)[];

export type AddressField = (typeof ADDRESS_FIELDS)[number];

/** An address in an answer; what it does not have is null. */
export class AddressResponse {
  /** @example 106097 */
  @ApiInt()
  id: number;
  /** @example '11234' */
  code: string | null;
  /** @example 'delivery' */
  type: AddressType;
  /** @example 'Velperweg' */
  street: string;
  /** @example 'NL' */
  country: string;
  /** @example 'Trimergo' */
  company: string | null;
  /** @example 'Miles' */
  firstName: string | null;
  /** @example null */
  middleName: string | null;
  /** @example 'McCoy' */
  lastName: string | null;
  /** @example 'M' */
  gender: Gender | null;
  /** @example '34' */
  number: string | null;
  /** @example 'A' */
  numberExtension: string | null;
  /** @example '6822 AA' */
  postalCode: string | null;
  /** @example 'Arnhem' */
  city: string | null;
  /** @example 'Gelderland' */
  region: string | null;
  /** @example 'N' */
  icp: YesOrNo | null;
  /** @example '0032445888' */
  phone: string | null;
  /** @example '0038975648' */
  mobile: string | null;
  /** @example 'miles@example.com' */
  email: string | null;
  /** @example 'https://example.com' */
  url: string | null;
  /** @example 'Ring twice' */
  notes: string | null;
  /**
   * Whether it is the default address of its type.
   * @example 'Y'
   */
  isDefault: YesOrNo;
}

/** Entity -> answer. */
export function toAddressResponse({
  companyRef: _company,
  customerRef: _customer,
  ...address
}: CustomerAddress): AddressResponse {
  return address;
}

/** Body of `POST /customers/{lookupKey}/{lookupValue}/addresses/bulk`. */
export class BulkAddressesRequest {
  @ApiProperty({ type: [AddressRequest], minItems: 1, maxItems: MAX_ADDRESSES })
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(MAX_ADDRESSES)
  addresses: AddressRequest[];
}

/** What became of one address of a bulk call. */
export class AddressAnswer {
  @ApiProperty({ enum: ['create', 'update'] })
  action: 'create' | 'update';
  /** @example 106097 */
  @ApiInt()
  id: number;
  /**
   * The code that was sent; null for an address without one.
   * @example '11234'
   */
  key: string | null;
  @ApiProperty({ enum: ['code'] })
  lookupKey: 'code';
  /** @example true */
  success: boolean;
}

/** Requests and what was done about them, in the same order -> answer. */
export function toAddressAnswers(
  requests: readonly AddressRequest[],
  done: readonly { readonly action: string; readonly result: AddressResponse }[],
): AddressAnswer[] {
  return done.map(({ action, result }, index) => ({
    action: action === 'created' ? 'create' : 'update',
    id: result.id,
    key: requests[index]?.code ?? null,
    lookupKey: 'code',
    success: true,
  }));
}
