import { parseArgs, type ParseArgsConfig } from 'node:util';
import type { Engine } from '../test/support/engines';

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

/** The engine that is named, both where none is. @throws UsageError for help, and for any other name */
export function enginesOf(
  usage: string,
  { engine, help }: { readonly engine?: string | undefined; readonly help: boolean },
): readonly Engine[] {
  if (help) throw new UsageError(usage);
  if (engine === undefined) return ['sqlite', 'mariadb'];
  if (engine === 'sqlite' || engine === 'mariadb') return [engine];
  throw wrongUsage(usage, `--engine ${engine} is neither sqlite nor mariadb`);
}

/** A whole number of one or more. @throws UsageError for any other text */
export function countOf(usage: string, text: string | undefined, otherwise: number): number {
  const count = Number(text ?? otherwise);
  if (!Number.isSafeInteger(count) || count < 1)
    throw wrongUsage(usage, `${text ?? ''} is no whole number of 1 or more`);
  return count;
}
