import { defineError } from '../platform/errors/app-error';

/** No such customer in this company's book: unknown, deleted and foreign ones look the same. */
export class CustomerNotFound extends defineError('CUSTOMER_NOT_FOUND', 'RECORD_NOT_FOUND') {}

/** The customer changed between reading and writing; reading it again and repeating the change will do. */
export class CustomerChanged extends defineError('CUSTOMER_CHANGED', 'UNPROCESSABLE_REQUEST', 409) {}

/** The customer is under a legal hold: nothing about it is erased. */
export class CustomerHeld extends defineError('CUSTOMER_HELD', 'UNPROCESSABLE_REQUEST', 409) {}

/** The words for a customer that is not to be erased. @param since when the hold was set */
export function customerHeld(since: string): CustomerHeld {
  return new CustomerHeld(
    `The customer is under a legal hold since ${since}, and nothing about it was erased; lift the hold first (DELETE …/legal-hold).`,
  );
}

/** The words for an unknown, deleted or foreign customer. */
export function customerNotFound(): CustomerNotFound {
  return new CustomerNotFound('There is no such customer in this company; check the customer id and parentCompanyId.');
}

/** The words for a customer that changed in between. */
export function customerChanged(): CustomerChanged {
  return new CustomerChanged('The customer was changed at the same moment; send the request again.');
}
