import { defineError } from '../../platform/errors/app-error';

/** The body breaks the published schema; `issues` lists each fault in the printed grammar. Nothing was written. */
export class SchemaViolation extends defineError('SCHEMA_VIOLATION', 'VALIDATION_ERROR') {}

/** An item of a bulk call lacks the key its customer is looked up by. */
export class LookupKeyMissing extends defineError('LOOKUP_KEY_MISSING', 'VALIDATION_ERROR') {}

/** The route looks customers up by `id` or `sourceId`, not by what stands in the path. */
export class InvalidLookupKey extends defineError('INVALID_LOOKUP_KEY', 'VALIDATION_ERROR') {}

/** A page that cannot be: `offset` or `page` out of range. */
export class InvalidPage extends defineError('INVALID_PAGE', 'VALIDATION_ERROR') {}

/** A customer with this source, source id and language exists already. */
export class CustomerExists extends defineError('CUSTOMER_EXISTS', 'UNPROCESSABLE_REQUEST', 400) {}

/** Several customers answer to the key that was given. */
export class CustomerMultipleFound extends defineError('CUSTOMER_MULTIPLE_FOUND', 'UNPROCESSABLE_REQUEST', 400) {}

/** The parent named in the request is not in this company's book. */
export class ParentCustomerNotFound extends defineError('PARENT_CUSTOMER_NOT_FOUND', 'RECORD_NOT_FOUND') {}
