import { defineError } from '../errors/app-error';

const RETRY_SECONDS = 2;

/** The header is no key. */
export class IdempotencyKeyInvalid extends defineError('IDEMPOTENCY_KEY_INVALID', 'VALIDATION_ERROR') {}

/** The key was sent before with another body, file or query, or by a caller who is shown more or less. */
export class IdempotencyKeyReused extends defineError('IDEMPOTENCY_KEY_REUSED', 'UNPROCESSABLE_REQUEST', 422) {}

/** The first call of that key is not done yet. */
export class CallStillRunning extends defineError('CALL_STILL_RUNNING', 'UNPROCESSABLE_REQUEST', 409) {}

/** The words for a header that is no key. @param sent null when it was sent several times */
export function invalidKey(sent: string | null): IdempotencyKeyInvalid {
  const message = 'Idempotency-Key must be 1 to 255 printable ASCII characters, sent once';
  return new IdempotencyKeyInvalid(`${message}.`, {
    issues: [{ object: 'header', field: 'Idempotency-Key', rejectedValue: sent, message }],
  });
}

/** The words for a key that stands for another call. */
export function keyReused(): IdempotencyKeyReused {
  return new IdempotencyKeyReused(
    'This Idempotency-Key was sent before with another body, file or query, or by a token that shows more or less; give a new call a new key.',
  );
}

/** The words for a call that is under way. */
export function callStillRunning(): CallStillRunning {
  return new CallStillRunning(
    'The first call with this Idempotency-Key is still running; send it again later for its answer.',
    { retryAfterSeconds: RETRY_SECONDS },
  );
}
