import { ApiErrors, invalidField } from '../platform/openapi/api-errors';
import { companyNotAccessible } from '../platform/companies/company.errors';
import type { AppError } from '../platform/errors/app-error';
import { InvalidRequest } from '../platform/errors/http.errors';
import { customerNotFound } from './customer.errors';
import type { HistoryItemResponse } from './dto/customer-history.dto';
import type { SearchCustomersRequest } from './dto/customer-query.dto';
import type { CreateCustomerRequest, CustomerResponse, UpdateCustomerRequest } from './dto/customer.dto';

const CONTACT = {
  name: 'Asha Rao',
  legalName: 'Asha Rao',
  mobile: '+919812345678',
  email: 'asha.rao@example.com',
  mail_enabled: true,
  sms_enabled: true,
  whatsapp_enabled: false,
  via: 'PORTAL',
};

const REMINDER = {
  reminderType: 'RECURRING',
  reminderTime: '09:30',
  dueDateDifference: -3,
  reminderInterval: 7,
  stage: 'BEFORE_DUE',
} as const;

/** A new customer that any empty book takes as it is. */
export const CREATE_EXAMPLE: CreateCustomerRequest = {
  legalName: 'Xylo Traders Private Limited',
  uniqueRefNo: 'CUST-00042',
  panOrGstin: '29AAACX1234A2ZS',
  contactNumber: '+919812345678',
  address: '14 MG Road, Bengaluru',
  state: 'Karnataka',
  pinCode: '560001',
  accountNumber: '00123456789',
  ifsc: 'HDFC0001234',
  assignedAgent: 'agent-7',
  branchCodes: ['BLR-01', 'BLR-02'],
  creditLimit: '150000.50',
  paymentTermsDays: 30,
  customerKeyContacts: [CONTACT],
  customerReminders: [REMINDER],
};

/** A change: two fields, one of them cleared. */
export const UPDATE_EXAMPLE: UpdateCustomerRequest = { creditLimit: '175000.00', assignedAgent: null };

/** A search that finds something among the demo customers. */
export const SEARCH_EXAMPLE: SearchCustomersRequest = { legalName: 'Deccan', status: 'ACTIVE' };

/** The customer of `CREATE_EXAMPLE` as it is answered. */
export const CUSTOMER_EXAMPLE: CustomerResponse = {
  ...(CREATE_EXAMPLE as Required<CreateCustomerRequest>),
  customerId: 'KC7Q2M9RX4T1B8ZC',
  status: 'ACTIVE',
  branchCodes: ['BLR-01', 'BLR-02'],
  version: 1,
  createdAt: '2026-01-05T09:30:00.000Z',
  updatedAt: '2026-01-05T09:30:00.000Z',
  customerKeyContacts: [{ keyContactPersonId: 'KP7R2M9QX4T1B8ZC', ...CONTACT, deleted: false }],
  customerReminders: [{ customerReminderId: 'KR3D8W5NV1F6Y2HA', ...REMINDER }],
};

/** The same customer after `UPDATE_EXAMPLE`. */
export const UPDATED_EXAMPLE: CustomerResponse = {
  ...CUSTOMER_EXAMPLE,
  creditLimit: '175000.00',
  assignedAgent: null,
  version: 2,
  updatedAt: '2026-01-06T11:00:00.000Z',
};

/** Two changes of it: by a row of a file, and by a single request. */
export const HISTORY_EXAMPLE: HistoryItemResponse[] = [
  {
    at: '2026-01-07T08:15:00.000Z',
    by: 'key:key_5f0c9a1b2c3d4e5f60718293',
    jobId: 'JOB7Q2M9RX4T1B8ZC7Q2M9RX4T1B8',
    row: 2,
    version: 3,
    changes: [{ field: 'paymentTermsDays', from: 30, to: 45 }],
  },
  {
    at: '2026-01-06T11:00:00.000Z',
    by: 'key:key_5f0c9a1b2c3d4e5f60718293',
    jobId: null,
    row: null,
    version: 2,
    changes: [
      { field: 'creditLimit', from: '150000.50', to: '175000.00' },
      { field: 'assignedAgent', from: 'agent-7', to: null },
    ],
  },
];

const INVALID_ID = invalidField(
  'CustomerIdParam',
  'customerId',
  'KC123',
  'customerId must be KC followed by 14 of A-Z and 0-9',
);

/** A body with a field that breaks its pattern. */
export function invalidPinCode(request: 'CreateCustomerRequest' | 'UpdateCustomerRequest'): InvalidRequest {
  return invalidField(request, 'pinCode', '01234', 'pinCode must be 6 digits and not begin with 0');
}

/** Documents the errors of a route on one customer. */
export function ApiCustomerErrors(...more: readonly AppError[]): MethodDecorator {
  return ApiErrors(
    ...(more.some(({ status }) => status === 400) ? [] : [INVALID_ID]),
    companyNotAccessible(),
    customerNotFound(),
    ...more,
  );
}
