import { parseArgs, type ParseArgsConfig } from 'node:util';

/** The command line asks for help, or for what there is not: its message is all that is to be shown. */
export class UsageError extends Error {}

/** Reads a command line. @throws UsageError that says what is wrong with it, and what there is */
export function readArguments<C extends ParseArgsConfig>(usage: string, config: C): ReturnType<typeof parseArgs<C>> {
  try {
    return parseArgs(config);
  } catch (error) {
    throw wrongUsage(usage, error instanceof Error ? error.message : String(error));
  }
}

/** What is wrong with a command line, with what there is behind it. */
export function wrongUsage(usage: string, what: string): UsageError {
  return new UsageError(`${what}\n\n${usage}`);
}

/** A whole number of one or more. @throws UsageError for any other text */
export function countOf(usage: string, text: string | undefined, otherwise: number): number {
  const count = Number(text ?? otherwise);
  if (!Number.isSafeInteger(count) || count < 1)
    throw wrongUsage(usage, `${text ?? ''} is no whole number of 1 or more`);
  return count;
}
