import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { MariaDbServer, startMariaDb } from '../test/support/mariadb-server';
import { ChaosOptions, readOptions } from './chaos.options';
import type { FaultReport } from './faults/fault-report';
import { runFaults } from './faults/fault.run';
import type { KillReport } from './kill-report';
import { runKills } from './kill.run';
import { runSteps } from './step.run';

const ROOT = join(__dirname, '..');

/** Builds as `npm start` does: only when a source is newer than the build. */
function build(): void {
  const { status } = spawnSync(process.execPath, [join(ROOT, 'scripts', 'start.mjs'), 'cli', '--help'], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (status !== 0) throw new Error('The service could not be built.');
}

/** The server to make databases on, for the support code of the tests; a private one is given back to be stopped. */
async function provideServer({ engines }: ChaosOptions): Promise<MariaDbServer | null> {
  if (!engines.includes('mariadb')) return null;
  const given = process.env['DATABASE_URL'] ?? '';
  const server = given === '' ? await startMariaDb() : null;
  process.env['TEST_DATABASE_URL'] = server?.url ?? given;
  return server;
}

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2));
  console.log(`seed ${options.seed}`);
  build();
  const server = await provideServer(options);
  try {
    const begun = Date.now();
    const reports: (KillReport | FaultReport)[] = options.faults === null ? [] : await runFaults(options.faults);
    for (const engine of options.faults === null ? options.engines : []) {
      if (options.steps) reports.push(...(await runSteps(engine, options)).values());
      else reports.push(await runKills(engine, options));
    }
    console.table(reports.map(({ line }) => line));
    console.log(`${Math.round((Date.now() - begun) / 1000)} s, seed ${options.seed}`);
    if (reports.some(({ findings }) => findings.deviations.length > 0)) process.exitCode = 1;
  } finally {
    await server?.stop();
  }
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
});
