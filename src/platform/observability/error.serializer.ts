/** An error as it may stand in a log: kinds, codes and stack frames, never the message of a foreign error. */
export interface LoggedError {
  readonly type: string;
  readonly code?: string;
  readonly errno?: number;
  readonly frames?: readonly string[];
  readonly cause?: LoggedError;
}

const MAX_FRAMES = 12;
const MAX_CAUSES = 4;

/**
 * Reduces an error to what names its place. Messages of drivers and parsers quote data ("Duplicate entry 'jane@…'"), so
 * they are left out; the code and the stack say as much to an operator.
 */
export function serializeError(error: unknown, depth = 0): LoggedError {
  if (!(error instanceof Error)) return { type: typeof error };
  const { code, errno, driverError, cause } = error as Error & Record<'code' | 'errno' | 'driverError', unknown>;
  const inner = driverError ?? cause;
  return {
    type: error.name,
    ...(typeof code === 'string' && { code }),
    ...(typeof errno === 'number' && { errno }),
    frames: (error.stack ?? '')
      .split('\n')
      .filter((line) => /^\s+at /.test(line))
      .slice(0, MAX_FRAMES)
      .map((line) => line.trim()),
    ...(inner instanceof Error && depth < MAX_CAUSES && { cause: serializeError(inner, depth + 1) }),
  };
}
