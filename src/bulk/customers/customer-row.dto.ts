import { Equals, IsOptional, IsString, Matches, MaxLength } from 'class-validator';
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

/** A row of the Contacts table: the fields of a contact, and whose it is. */
export class ContactRow extends ContactRequest {
  @IsOptional()
  @Matches(CUSTOMER_ID, { message: CUSTOMER_ID_MESSAGE })
  customerId?: string | null;

  @IsOptional()
  @IsString()
  @MaxLength(50)
  uniqueRefNo?: string | null;
}
