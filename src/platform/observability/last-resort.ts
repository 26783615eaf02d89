import { Logger } from '@nestjs/common';

/**
 * Ends the process when an error was caught by nobody: what it left half done is unknown, and the next start goes on with
 * every job from its checkpoint. The log tells the kind and place of the error, never its message, which Node would print
 * and which may hold data of a person.
 */
export function endOnUncaughtErrors(): void {
  const logger = new Logger('Process');
  process.on('uncaughtException', (error, origin) => {
    logger.fatal({ err: error, origin }, 'an error was caught by nobody; the process ends, start it again');
    process.exit(1);
  });
}
