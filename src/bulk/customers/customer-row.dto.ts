import { Equals, IsOptional, IsString, Matches, MaxLength, ValidateIf } from 'class-validator';
import { ContactRequest } from '../../customer/dto/contact.dto';
import { CreateCustomerRequest, UpdateCustomerRequest } from '../../customer/dto/customer.dto';

const CUSTOMER_ID = /^KC[A-Z0-9]{14}$/;
const CUSTOMER_ID_MESSAGE = '$property must be KC followed by 14 of A-Z and 0-9';

/** A row of the Customers table of an update: the fields of a change, and whose they are. */
export class CustomerUpdateRow extends UpdateCustomerRequest {
  @IsOptional()
  @Matches(CUSTOMER_ID, { message: CUSTOMER_ID_MESSAGE })
  customerId?: string | null;
}

/** A row of the Customers table of a creation. */
export class CustomerCreationRow extends CreateCustomerRequest {
  @IsOptional()
  @Equals(undefined, {
    message: '$property is given by the service; leave the cell empty, or use the update to change a customer',
  })
  customerId?: string | null;
}

/** A cell that is empty leaves the value of a contact that is found by its mobile number, too; a new one is told what it lacks. */
const whenGiven = (property: keyof ContactRequest) =>
  ValidateIf((contact: ContactRequest) => contact[property] !== undefined);

/** A row of the Contacts table: the fields of a contact, and whose it is. */
export class ContactRow extends ContactRequest {
  @whenGiven('name')
  override name?: string;

  @whenGiven('legalName')
  override legalName?: string;

  @whenGiven('mobile')
  override mobile?: string;

  @IsOptional()
  @Matches(CUSTOMER_ID, { message: CUSTOMER_ID_MESSAGE })
  customerId?: string | null;

  @IsOptional()
  @IsString()
  @MaxLength(50)
  uniqueRefNo?: string | null;
}
