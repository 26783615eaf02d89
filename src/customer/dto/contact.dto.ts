import { ApiProperty } from '@nestjs/swagger';
import { IsBoolean, IsOptional, IsString, Matches, MaxLength, MinLength, ValidateIf } from 'class-validator';
import type { CustomerContact } from '../customer-contact.entity';
import { IsEmailAddress, IsStorableText } from '../rules/field.validators';

export const PHONE = /^((\+|00)(\d{1,3})[\s-]?)?(\d{10})$/;

/** A field may be left out for a contact that exists already and is named by its id. */
const whenNewOrGiven = (property: keyof ContactRequest) =>
  ValidateIf((contact: ContactRequest) => contact.keyContactPersonId === undefined || contact[property] !== undefined);

/** A contact in a request: with its id it changes that contact, without one it is added. */
export class ContactRequest {
  /**
   * Id of the contact to change or delete; absent for a new one.
   * @example 'KP7R2M9QX4T1B8ZC'
   */
  @IsOptional()
  @Matches(/^KP[A-Z0-9]{14}$/, { message: '$property must be KP followed by 14 of A-Z and 0-9' })
  keyContactPersonId?: string;

  /** @example 'Asha Rao' */
  @whenNewOrGiven('name')
  @IsString()
  @MinLength(1)
  @MaxLength(100)
  @IsStorableText(100)
  name?: string;

  /** @example 'Asha Rao' */
  @whenNewOrGiven('legalName')
  @IsString()
  @MinLength(1)
  @MaxLength(200)
  @IsStorableText(200)
  legalName?: string;

  /** @example '+919812345678' */
  @whenNewOrGiven('mobile')
  @ApiProperty({ pattern: PHONE.source })
  @Matches(PHONE, { message: '$property must be a number of 10 digits, with or without a country code such as +91' })
  mobile?: string;

  /** @example 'asha.rao@example.com' */
  @IsOptional()
  @IsEmailAddress()
  email?: string | null;

  /** @example true */
  @IsOptional()
  @IsBoolean()
  mail_enabled?: boolean;

  /** @example true */
  @IsOptional()
  @IsBoolean()
  sms_enabled?: boolean;

  /** @example true */
  @IsOptional()
  @IsBoolean()
  whatsapp_enabled?: boolean;

  /**
   * How the contact came to be known.
   * @example 'PORTAL'
   */
  @IsOptional()
  @IsString()
  @MaxLength(50)
  @IsStorableText(50)
  via?: string | null;

  /**
   * True removes the contact.
   * @example false
   */
  @IsOptional()
  @IsBoolean()
  deleted?: boolean;
}

/** A contact in an answer. */
export class ContactResponse {
  /** @example 'KP7R2M9QX4T1B8ZC' */
  keyContactPersonId: string;
  /** @example 'Asha Rao' */
  name: string;
  /** @example 'Asha Rao' */
  legalName: string;
  /** @example '+919812345678' */
  mobile: string;
  /** @example 'asha.rao@example.com' */
  email: string | null;
  mail_enabled: boolean;
  sms_enabled: boolean;
  whatsapp_enabled: boolean;
  /** @example 'PORTAL' */
  via: string | null;
  deleted: boolean;
}

/** What a request says about a contact, in the names of the entity; absent members stay absent. */
export type ContactPatch = Partial<Omit<CustomerContact, 'id' | 'companyRef' | 'customerRef'>>;

/** Request -> entity names. */
export function toContactPatch(request: ContactRequest): ContactPatch {
  const { mail_enabled: mailEnabled, sms_enabled: smsEnabled, whatsapp_enabled: whatsappEnabled, ...rest } = request;
  const members: [string, unknown][] = Object.entries({ ...rest, mailEnabled, smsEnabled, whatsappEnabled });
  return Object.fromEntries(members.filter(([, value]) => value !== undefined));
}

/** Entity -> answer. */
export function toContactResponse(contact: CustomerContact): ContactResponse {
  const { keyContactPersonId, name, legalName, mobile, email, via, deleted } = contact;
  return {
    keyContactPersonId,
    name,
    legalName,
    mobile,
    email,
    mail_enabled: contact.mailEnabled,
    sms_enabled: contact.smsEnabled,
    whatsapp_enabled: contact.whatsappEnabled,
    via,
    deleted,
  };
}
