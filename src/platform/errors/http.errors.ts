import { defineError } from './app-error';

/** Parameters or fields break their pattern, type or length; `issues` lists each. */
export class InvalidRequest extends defineError('INVALID_REQUEST', 'VALIDATION_ERROR') {}

/** The body cannot be read: malformed JSON, malformed multipart, wrong encoding. */
export class UnreadableBody extends defineError('UNREADABLE_BODY', 'CLIENT_REQUEST_ERROR', 400) {}

/** The path cannot be read: a malformed %-escape. */
export class UnreadablePath extends defineError('UNREADABLE_PATH', 'CLIENT_REQUEST_ERROR', 400) {}

/** The header Expect asks for what is not done here. */
export class UnmetExpectation extends defineError('UNMET_EXPECTATION', 'CLIENT_REQUEST_ERROR', 417) {}

/** The route exists, the method does not. */
export class MethodNotAllowed extends defineError('METHOD_NOT_ALLOWED', 'CLIENT_REQUEST_ERROR', 405) {}

/** The request as a whole is wrong in a way only its HTTP status names. */
export class PayloadTooLarge extends defineError('PAYLOAD_TOO_LARGE', 'CLIENT_REQUEST_ERROR', 413) {}
export class UnsupportedMediaType extends defineError('UNSUPPORTED_MEDIA_TYPE', 'CLIENT_REQUEST_ERROR', 415) {}
export class NotAcceptable extends defineError('NOT_ACCEPTABLE', 'CLIENT_REQUEST_ERROR', 406) {}
export class RequestTimeout extends defineError('REQUEST_TIMEOUT', 'CLIENT_REQUEST_ERROR', 408) {}
export class TooManyRequests extends defineError('TOO_MANY_REQUESTS', 'CLIENT_REQUEST_ERROR', 429) {}

/** The client went away, or its upload broke off. */
export class RequestAborted extends defineError('REQUEST_ABORTED', 'CLIENT_REQUEST_ABORT') {}

/** No, expired, revoked or forged token. The same words for all of them: a caller learns nothing from the difference. */
export class Unauthorized extends defineError('UNAUTHORIZED', 'UNAUTHORIZED') {}

/** A valid token that may not do this. */
export class Forbidden extends defineError('FORBIDDEN', 'INVALID_ACCESS') {}

/** No such route. */
export class RouteNotFound extends defineError('ROUTE_NOT_FOUND', 'RECORD_NOT_FOUND') {}

/** Understood, but impossible as things stand. */
export class Unprocessable extends defineError('UNPROCESSABLE', 'UNPROCESSABLE_REQUEST', 422) {}
export class Conflict extends defineError('CONFLICT', 'UNPROCESSABLE_REQUEST', 409) {}

/** Database, disk or another dependency does not answer; trying again later makes sense. */
export class DependencyUnavailable extends defineError('DEPENDENCY_UNAVAILABLE', 'SYSTEM_ERROR', 503) {}

/** Anything nobody thought of. The cause goes to the log, never to the caller. */
export class UnknownError extends defineError('UNKNOWN_ERROR', 'UNKNOWN_ERROR') {}
