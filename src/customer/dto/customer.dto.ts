import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayUnique,
  IsArray,
  IsInt,
  IsObject,
  IsOptional,
  IsString,
  Matches,
  Max,
  MaxLength,
  Min,
  MinLength,
  ValidateIf,
  ValidateNested,
} from 'class-validator';
import type { CustomPatch } from '../custom/custom-field.contract';
import type { CustomerContact } from '../customer-contact.entity';
import type { CustomerStatus } from '../customer-record.entity';
import type { Customer } from '../customer.entity';
import type { CustomerReminder } from '../customer-reminder.entity';
import { MAX_CONTACTS } from '../rules/contact.rules';
import { HasGstinCheckCharacter, IsMoney, IsPanOrGstin, IsStorableText } from '../rules/field.validators';
import { ApiInt } from '../../platform/openapi/api-schema';
import { ContactRequest, ContactResponse, PHONE, toContactResponse } from './contact.dto';
import { ReminderRequest, ReminderResponse, toReminderResponse } from './reminder.dto';

const OPTIONAL_PHONE = new RegExp(`^$|${PHONE.source}`);

/** Name of a customer: 2 to 200 characters, not blank. */
function IsLegalName(): PropertyDecorator {
  return applyDecorators(
    ApiProperty({ minLength: 2, maxLength: 200 }),
    IsString(),
    MinLength(2),
    MaxLength(200),
    Matches(/\S/, { message: '$property must not be blank' }),
    IsStorableText(200),
  );
}

/** The fields of a customer that callers write; the one source of their rules, for requests and files alike. */
export class CustomerFields {
  /**
   * The company's own number for the customer, unique in its book.
   * @example 'CUST-00042'
   */
  @IsOptional()
  @IsString()
  @MinLength(1)
  @MaxLength(50)
  @IsStorableText(50)
  uniqueRefNo?: string | null;

  /**
   * PAN or GSTIN; of a GSTIN the check character must fit.
   * @example '29AAACX1234A2ZS'
   */
  @ApiProperty({ minLength: 10, maxLength: 15, pattern: '^[0-9A-Z]+$' })
  @IsOptional()
  @IsPanOrGstin()
  @HasGstinCheckCharacter()
  panOrGstin?: string | null;

  /** @example '+919812345678' */
  @ApiProperty({ pattern: OPTIONAL_PHONE.source })
  @IsOptional()
  @Matches(OPTIONAL_PHONE, {
    message: '$property must be a number of 10 digits, with or without a country code such as +91',
  })
  contactNumber?: string | null;

  /** @example '14 MG Road, Bengaluru' */
  @IsOptional()
  @IsString()
  @MaxLength(500)
  @IsStorableText(500)
  address?: string | null;

  /**
   * Name or code of the state; where it is a known one it must agree with the GSTIN.
   * @example 'Karnataka'
   */
  @IsOptional()
  @IsString()
  @MaxLength(100)
  @IsStorableText(100)
  state?: string | null;

  /** @example '560001' */
  @IsOptional()
  @Matches(/^[1-9]\d{5}$/, { message: '$property must be 6 digits and not begin with 0' })
  pinCode?: string | null;

  /**
   * Bank account; goes together with ifsc.
   * @example '00123456789'
   */
  @IsOptional()
  @Matches(/^$|^[A-Za-z0-9]{9,36}$/, { message: '$property must be 9 to 36 letters and digits' })
  accountNumber?: string | null;

  /** @example 'HDFC0001234' */
  @IsOptional()
  @Matches(/^$|^[A-Za-z]{4}0[A-Za-z0-9]{6}$/, {
    message: '$property must be 4 letters, a zero and 6 letters or digits, such as HDFC0001234',
  })
  ifsc?: string | null;

  /** @example 'agent-7' */
  @IsOptional()
  @IsString()
  @MaxLength(100)
  @IsStorableText(100)
  assignedAgent?: string | null;

  /** @example ['BLR-01', 'BLR-02'] */
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(100)
  @ArrayUnique()
  @Matches(/^[A-Za-z0-9_-]{1,20}$/, {
    each: true,
    message: 'each value in $property must be 1 to 20 letters, digits, _ or -',
  })
  branchCodes?: string[] | null;

  /**
   * Exact decimal text, two decimals.
   * @example '150000.50'
   */
  @ApiProperty({ pattern: '^\\d{1,13}(\\.\\d{1,2})?$' })
  @IsOptional()
  @IsMoney()
  creditLimit?: string | null;

  /** @example 30 */
  @ApiInt()
  @IsOptional()
  @IsInt()
  @Min(0)
  @Max(365)
  paymentTermsDays?: number | null;
}

/** Contacts and reminders, which hang on a customer. */
export class CustomerCollections extends CustomerFields {
  /** Contacts named by id are changed, others added; those not mentioned stay. */
  @ApiProperty({ maxItems: MAX_CONTACTS })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(MAX_CONTACTS)
  @IsObject({ each: true })
  @ValidateNested({ each: true })
  @Type(() => ContactRequest)
  customerKeyContacts?: ContactRequest[] | null;

  /** Replaces the stored reminders. */
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(50)
  @IsObject({ each: true })
  @ValidateNested({ each: true })
  @Type(() => ReminderRequest)
  customerReminders?: ReminderRequest[] | null;
}

/** Body of `PATCH /api/v0/customer/{customerId}`: absent keeps, null clears; the legal name cannot be cleared. */
export class UpdateCustomerRequest extends CustomerCollections {
  /** @example 'Xylo Traders Private Limited' */
  @ValidateIf((_, value) => value !== undefined)
  @IsLegalName()
  legalName?: string;
}

/** Body of `POST /api/v0/customer`. */
export class CreateCustomerRequest extends CustomerCollections {
  /** @example 'Xylo Traders Private Limited' */
  @IsLegalName()
  legalName: string;
}

/** A customer in an answer. */
export class CustomerResponse {
  /** @example 'KC7Q2M9RX4T1B8ZC' */
  customerId: string;
  /** @example 'ACTIVE' */
  status: CustomerStatus;
  /** @example 'Xylo Traders Private Limited' */
  legalName: string;
  /** @example 'CUST-00042' */
  uniqueRefNo: string | null;
  /** @example '29AAACX1234A2ZS' */
  panOrGstin: string | null;
  /** @example '+919812345678' */
  contactNumber: string | null;
  /** @example '14 MG Road, Bengaluru' */
  address: string | null;
  /** @example 'Karnataka' */
  state: string | null;
  /** @example '560001' */
  pinCode: string | null;
  /** @example '00123456789' */
  accountNumber: string | null;
  /** @example 'HDFC0001234' */
  ifsc: string | null;
  /** @example 'agent-7' */
  assignedAgent: string | null;
  /** @example ['BLR-01', 'BLR-02'] */
  branchCodes: string[];
  /** @example '150000.50' */
  creditLimit: string | null;
  /** @example 30 */
  @ApiInt()
  paymentTermsDays: number | null;
  customerKeyContacts: ContactResponse[];
  customerReminders: ReminderResponse[];
  /**
   * Counts the changes of the customer.
   * @example 1
   */
  @ApiInt()
  version: number;
  /** @example '2026-01-05T09:30:00.000Z' */
  @ApiProperty({ format: 'date-time' })
  createdAt: string;
  /** @example '2026-01-05T09:30:00.000Z' */
  @ApiProperty({ format: 'date-time' })
  updatedAt: string;
}

/** A customer with what hangs on it. */
export interface CustomerAggregate {
  readonly customer: Customer;
  readonly contacts: readonly CustomerContact[];
  readonly reminders: readonly CustomerReminder[];
  /** Values of custom fields by name. */
  readonly custom: CustomPatch;
}

/** Entities -> answer. */
export function toCustomerResponse({ customer, contacts, reminders, custom }: CustomerAggregate): CustomerResponse {
  const {
    id: _id,
    companyRef: _company,
    deletionKey: _key,
    deletedAt: _deleted,
    historyPage: _page,
    ...fields
  } = customer;
  return {
    ...fields,
    ...custom,
    branchCodes: customer.branchCodes ?? [],
    customerKeyContacts: contacts.filter((contact) => !contact.deleted).map(toContactResponse),
    customerReminders: reminders.map(toReminderResponse),
    createdAt: customer.createdAt.toISOString(),
    updatedAt: customer.updatedAt.toISOString(),
  };
}
