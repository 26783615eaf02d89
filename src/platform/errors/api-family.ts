import type { Type } from '@nestjs/common';
import { AppError } from './app-error';

/** What a family may put into an error body besides the error itself. */
export interface ErrorContext {
  readonly requestId: string;
  readonly at: Date;
  /** Scheme and host under which the caller reached the service, without a trailing slash. */
  readonly baseUrl: string;
}

export interface RenderedError {
  readonly status: number;
  readonly body: object;
}

/** One API dialect: the URLs it owns and how it words a success and an error. */
export interface ApiFamily {
  readonly name: string;
  /** Path prefixes, such as `/api/v1`; a prefix owns itself and everything below it. */
  readonly prefixes: readonly string[];
  /** Shapes of its error bodies for the documentation: of single statuses, and of all `other` ones. */
  readonly errorModels?: { readonly other: Type; readonly [status: number]: Type };
  /** Pure: same error and context, same answer. */
  render(error: AppError, context: ErrorContext): RenderedError;
  /**
   * Pure: what a controller gives -> the body of a success, in which `ExactNumber`s keep their digits; absent where that
   * is the body already.
   */
  success?(answer: unknown): object;
}
