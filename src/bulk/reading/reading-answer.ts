import { AppError } from '../../platform/errors/app-error';
import type { ErrorType } from '../../platform/errors/error-type';
import type { ReadRows } from './file-reading';

/** How a reading ended, as plain data: an error that crosses threads would lose its class and its members. */
export type ReadingAnswer =
  | { readonly kind: 'read'; readonly rows: ReadRows }
  /** The file is at fault. */
  | {
      readonly kind: 'refused';
      readonly code: string;
      readonly errorType: ErrorType;
      readonly status: number;
      readonly message: string;
    }
  /** Anything else, such as a full disk. */
  | { readonly kind: 'failed'; readonly message: string; readonly stack: string | undefined; readonly code: unknown };

/** Waits for a reading and puts its end into words that can be sent. */
export async function answerOf(reading: Promise<ReadRows>): Promise<ReadingAnswer> {
  try {
    return { kind: 'read', rows: await reading };
  } catch (thrown) {
    if (thrown instanceof AppError) {
      const { code, errorType, status, message } = thrown;
      return { kind: 'refused', code, errorType, status, message };
    }
    const error = thrown instanceof Error ? thrown : new Error('something that is no error was thrown');
    return {
      kind: 'failed',
      message: error.message,
      stack: error.stack,
      code: 'code' in error ? error.code : undefined,
    };
  }
}

/** The rows of an answer. @throws the error that ended the reading, made anew. */
export function rowsOf(answer: ReadingAnswer): ReadRows {
  if (answer.kind === 'read') return answer.rows;
  if (answer.kind === 'refused') {
    throw new AppError(answer.code, answer.errorType, answer.status, answer.message);
  }
  const { message, stack, code } = answer;
  throw Object.assign(new Error(message), { stack }, code === undefined ? {} : { code });
}
