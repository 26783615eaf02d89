import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import type { Engine } from '../test/support/engines';
import { MariaDbServer, startMariaDb } from '../test/support/mariadb-server';

const ROOT = join(__dirname, '..');

/** Builds as `npm start` does: only when a source is newer than the build. @throws when that fails */
export function buildService(): void {
  const { status } = spawnSync(process.execPath, [join(ROOT, 'scripts', 'start.mjs'), 'cli', '--help'], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (status !== 0) throw new Error('The service could not be built.');
}

/**
 * Names the server to make databases on to the support code of the tests: that of `DATABASE_URL`, or a private one,
 * which is given back to be stopped.
 */
export async function provideServer(engines: readonly Engine[]): Promise<MariaDbServer | null> {
  if (!engines.includes('mariadb')) return null;
  const given = process.env['DATABASE_URL'] ?? '';
  const server = given === '' ? await startMariaDb() : null;
  process.env['TEST_DATABASE_URL'] = server?.url ?? given;
  return server;
}
