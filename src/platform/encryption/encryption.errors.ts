import { defineError } from '../errors/app-error';

const Unreadable = defineError('STORED_VALUE_UNREADABLE', 'SYSTEM_ERROR', 500);

/** Why a value does not open; stands in the log as the type of the cause. */
export type UnreadableReason = 'NotAnEnvelope' | 'KeyNotConfigured' | 'NotAuthentic';

/**
 * A stored value cannot be decrypted: its key is not configured, or it was altered, moved to another place or sealed
 * under another key of that id. The words are fixed and say nothing about the value.
 */
export class StoredValueUnreadable extends Unreadable {
  constructor(reason: UnreadableReason) {
    const cause = new Error(reason);
    cause.name = reason;
    super('A stored value cannot be decrypted; the operator finds the reason in the log under this request id.', {
      cause,
    });
  }
}
