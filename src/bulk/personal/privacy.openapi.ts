import { CUSTOMER_ANSWER } from '../../customer/commerce/commerce.openapi';
import { CUSTOMER_EXAMPLE, HISTORY_EXAMPLE } from '../../customer/customer.openapi';
import type { PersonalDataResponse } from './privacy.dto';

/** All about the customer of the other examples. */
export const PERSONAL_DATA_EXAMPLE: PersonalDataResponse = {
  customer: CUSTOMER_EXAMPLE,
  commerce: CUSTOMER_ANSWER,
  addresses: [],
  deletedAt: null,
  legalHoldSince: null,
  history: [...HISTORY_EXAMPLE],
  jobRows: [
    {
      jobId: 'JOB7Q2M9RX4T1B8ZC7Q2M9RX4T1B8',
      row: 2,
      sent: { customerId: CUSTOMER_EXAMPLE.customerId, 'credit limit': '150000.50' },
      outcome: 'updated',
      recordId: CUSTOMER_EXAMPLE.customerId,
      errors: [],
      warnings: [],
    },
  ],
};
