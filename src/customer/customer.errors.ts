import { defineError } from '../platform/errors/app-error';

/** No such customer in this company's book: unknown, deleted and foreign ones look the same. */
export class CustomerNotFound extends defineError('CUSTOMER_NOT_FOUND', 'RECORD_NOT_FOUND') {}

/** The customer changed between reading and writing; reading it again and repeating the change will do. */
export class CustomerChanged extends defineError('CUSTOMER_CHANGED', 'UNPROCESSABLE_REQUEST', 409) {}
