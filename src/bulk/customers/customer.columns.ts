import type { CustomerField } from '../../customer/rules/customer.rules';
import type { FieldColumn } from './row.parser';

/** Columns of the Customers table, by field. */
const BY_FIELD: Readonly<Record<CustomerField, Omit<FieldColumn, 'name'>>> = {
  legalName: {
    kind: 'text',
    description: 'Legal name, 2 to 200 characters. Cannot be cleared.',
    example: 'Xylo Traders Private Limited',
  },
  uniqueRefNo: {
    kind: 'identifier',
    description: 'Your own number for the customer, up to 50 characters, unique in your book.',
    example: 'CUST-00042',
  },
  panOrGstin: { kind: 'text', description: 'PAN or GSTIN, in capitals.', example: '29AAACX1234A2ZS' },
  contactNumber: {
    kind: 'identifier',
    description: '10 digits, with or without a country code.',
    example: '+919812345678',
  },
  address: {
    kind: 'text',
    description: 'Up to 500 characters; line breaks are kept.',
    example: '14 MG Road, Bengaluru',
  },
  state: {
    kind: 'text',
    description: 'Name or code of the state; one that is known must agree with the GSTIN.',
    example: 'Karnataka',
  },
  pinCode: { kind: 'text', description: '6 digits, not beginning with 0.', example: '560001' },
  accountNumber: {
    kind: 'identifier',
    description: '9 to 36 letters and digits; together with ifsc.',
    example: '00123456789',
  },
  ifsc: { kind: 'text', description: '11 characters; together with accountNumber.', example: 'HDFC0001234' },
  assignedAgent: { kind: 'text', description: 'Up to 100 characters.', example: 'agent-7' },
  branchCodes: { kind: 'list', description: 'Codes separated by ; such as BLR-01;BLR-02.', example: 'BLR-01;BLR-02' },
  creditLimit: {
    kind: 'text',
    description: 'Amount with up to 2 decimals, point as separator, no thousands separators.',
    example: '150000.50',
  },
  paymentTermsDays: { kind: 'integer', description: 'Whole days, 0 to 365.', example: '30' },
};

/** The writable columns of a customer, in the order of the published list. */
export const CUSTOMER_COLUMNS: readonly FieldColumn[] = Object.entries(BY_FIELD).map(([name, column]) => ({
  name,
  ...column,
}));

export const CUSTOMER_ID_COLUMN: FieldColumn = {
  name: 'customerId',
  kind: 'text',
  description: 'Id of the customer; or leave it empty and give uniqueRefNo.',
  example: 'KC7Q2M9RX4T1B8ZC',
};
