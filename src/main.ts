// Before all others, for what they load.
import { letNurseryGrow } from './heap';
import 'reflect-metadata';
import { Logger } from '@nestjs/common';
import { createApp } from './app';
import { DemoService } from './demo/demo.service';
import { ConfigError, loadConfig } from './platform/config/load-config';
import { hashSeedWarning } from './platform/event-loop/hash-seed';
import { listeningUrl } from './platform/http/base-url';
import { endOnUncaughtErrors } from './platform/observability/last-resort';

const LONGEST_STOP_MS = 9_500;

/** Ends the process ten seconds after it was told to stop, whatever it still waits for, such as a silent database. */
function endInTime(): void {
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
    process.once(signal, () => setTimeout(() => process.exit(1), LONGEST_STOP_MS).unref());
  }
}

async function main(): Promise<void> {
  // Whatever the process writes is for its own user only: database, uploads, results.
  process.umask(0o077);
  endInTime();
  const config = loadConfig();
  const app = await createApp({ config });
  endOnUncaughtErrors();
  await app.init();
  const warning = hashSeedWarning(process.versions.node);
  if (warning !== null) new Logger('StartUp').warn(warning);
  const demo = app.get(DemoService);
  // Before listening: whoever finds the service ready finds the demo complete.
  await demo.load(listeningUrl(config, config.port));
  const server = await app.listen(config.port, config.host);
  letNurseryGrow();
  const address = server.address();
  const baseUrl = listeningUrl(config, typeof address === 'object' && address !== null ? address.port : config.port);
  const demoFile = await demo.publish(baseUrl);
  if (config.isProduction) return;
  const token = demoFile === null ? 'npm run cli -- key create --help' : `in ${demoFile}`;
  console.error(`Rollbook is ready\n  API      ${baseUrl}\n  Swagger  ${baseUrl}/docs\n  token    ${token}`);
}

/** What an operator is to see of why the service did not start. */
function wordsFor(error: unknown): unknown {
  if (error instanceof ConfigError) return error.message;
  const { code, message } = error as NodeJS.ErrnoException;
  return code === 'EADDRINUSE' || code === 'EACCES' || code === 'EADDRNOTAVAIL'
    ? `PORT or HOST: the service cannot listen there (${message}); set others, or end what listens there`
    : error;
}

main().catch((error: unknown) => {
  console.error(wordsFor(error));
  process.exit(1);
});
