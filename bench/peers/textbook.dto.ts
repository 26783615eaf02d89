import { Type } from 'class-transformer';
import {
  IsArray,
  IsEmail,
  IsIn,
  IsInt,
  IsNotEmpty,
  IsObject,
  IsOptional,
  IsString,
  Length,
  Matches,
  Max,
} from 'class-validator';
import { MaxLength, Min, ValidateNested } from 'class-validator';
import type { AddressType } from '../../src/customer/commerce/customer-address.entity';

export class RecordChangeDto {
  @IsString()
  @IsNotEmpty()
  @MaxLength(128)
  id: string;

  @IsObject()
  data: Record<string, unknown>;
}

export class CampaignUpdateDto {
  @IsString()
  campaignId: string;

  @IsArray()
  @ValidateNested({ each: true })
  @Type(() => RecordChangeDto)
  records: RecordChangeDto[];
}

export class AddressDto {
  @IsIn(['delivery', 'invoice'])
  type: AddressType;

  @IsString()
  @MaxLength(64)
  code: string;

  @IsString()
  @Length(1, 200)
  street: string;

  @Matches(/^[A-Z]{2}$/)
  country: string;
}

export class CustomerItemDto {
  @IsString()
  @Length(1, 64)
  source: string;

  @IsString()
  @Length(1, 64)
  sourceId: string;

  @Matches(/^[a-z]{2}$/)
  language: string;

  @IsString()
  @MaxLength(100)
  firstName: string;

  @IsString()
  @MaxLength(100)
  lastName: string;

  @IsEmail()
  email: string;

  @IsArray()
  @ValidateNested({ each: true })
  @Type(() => AddressDto)
  addresses: AddressDto[];
}

export class CustomersDto {
  @IsArray()
  @ValidateNested({ each: true })
  @Type(() => CustomerItemDto)
  customers: CustomerItemDto[];
}

export class CustomerRowDto {
  @IsString()
  @Length(1, 50)
  uniqueRefNo: string;

  @IsOptional()
  @IsString()
  @Length(2, 200)
  legalName?: string;

  @IsString()
  @MaxLength(500)
  address: string;

  @Matches(/^[1-9]\d{5}$/)
  pinCode: string;

  @IsString()
  @MaxLength(100)
  assignedAgent: string;

  @Matches(/^\d{1,13}\.\d\d$/)
  creditLimit: string;

  @Type(() => Number)
  @IsInt()
  @Min(0)
  @Max(365)
  paymentTermsDays: number;
}
