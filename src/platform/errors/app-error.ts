import { DEFAULT_STATUS, ErrorType } from './error-type';

/** One fault of one field: what is wrong, where, and what was sent. */
export interface FieldIssue {
  /** The kind of thing that holds the field, such as `customer` or `query`. */
  readonly object: string;
  /** Path of the field inside that thing, such as `customerKeyContacts[0].email`. */
  readonly field: string;
  readonly rejectedValue: unknown;
  readonly message: string;
}

export interface AppErrorOptions {
  readonly issues?: readonly FieldIssue[];
  /** Seconds after which trying again makes sense; sent as `Retry-After`. */
  readonly retryAfterSeconds?: number;
  readonly cause?: unknown;
}

/**
 * The one error the domain throws: a stable `code`, one of the nine error classes, an HTTP status and a message
 * that may be shown to the caller (it never holds SQL, file paths, tokens or another tenant's data).
 */
export class AppError extends Error {
  readonly issues: readonly FieldIssue[];
  readonly retryAfterSeconds: number | undefined;

  constructor(
    readonly code: string,
    readonly errorType: ErrorType,
    readonly status: number,
    message: string,
    options: AppErrorOptions = {},
  ) {
    super(message, { cause: options.cause });
    this.name = code;
    this.issues = options.issues ?? [];
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}

/** Constructor of one kind of `AppError`, as made by `defineError`. */
export type AppErrorClass = new (message: string, options?: AppErrorOptions) => AppError;

/**
 * Declares one kind of error in one line: `export class CustomerNotFound extends defineError('CUSTOMER_NOT_FOUND',
 * 'RECORD_NOT_FOUND') {}`. Codes are part of the contract and never change.
 */
export function defineError(code: string, errorType: ErrorType, status = DEFAULT_STATUS[errorType]): AppErrorClass {
  return class extends AppError {
    constructor(message: string, options?: AppErrorOptions) {
      super(code, errorType, status, message, options);
    }
  };
}
