import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import Database from 'better-sqlite3';

const ROOT = join(__dirname, '..', '..');
const NEEDED = ['src', 'scripts', 'package.json', 'tsconfig.json', 'nest-cli.json', 'ormconfig.ts', '.swcrc'];
const BUILD_MS = 240_000;

const run = promisify(execFile);

/** A copy of the service with Acme's folder in it: not a line of the service's own is touched. */
function serviceWithAcme(): string {
  const folder = mkdtempSync(join(tmpdir(), 'rollbook-drop-in-'));
  for (const name of NEEDED) cpSync(join(ROOT, name), join(folder, name), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  const acme = join(folder, 'src', 'extensions', 'acme');
  cpSync(join(__dirname, 'acme'), acme, { recursive: true });
  for (const name of readdirSync(acme, { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.ts')) continue;
    const text = readFileSync(join(acme, name), 'utf8');
    // Beside the tests the extension API stands one folder higher, below src.
    writeFileSync(join(acme, name), text.replaceAll(/\.\.\/((?:\.\.\/)+)src\/extension-api/g, '$1extension-api'));
  }
  return folder;
}

describe('a folder dropped into src/extensions', () => {
  let folder: string;
  let environment: NodeJS.ProcessEnv;
  const node = async (...command: string[]) => {
    const options = { cwd: folder, env: environment, maxBuffer: 64 * 1024 * 1024 };
    return (await run(process.execPath, command, options)).stdout;
  };

  beforeAll(async () => {
    folder = serviceWithAcme();
    const { DATABASE_URL: _server, ...others } = process.env;
    environment = { ...others, NODE_ENV: 'development', DATA_DIR: join(folder, 'data'), DEMO_DATA: 'false' };
    await node(join(folder, 'node_modules', '@nestjs', 'cli', 'bin', 'nest.js'), 'build');
  }, BUILD_MS);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it(
    'is seen by the TypeORM command line and migrated by that of the service',
    async () => {
      // The status of `migration:show` is 1 while migrations are to be run.
      const shown = await node('scripts/typeorm.mjs', 'migration:show').catch((error: unknown) =>
        error instanceof Error && 'stdout' in error ? error.stdout : error,
      );
      expect(shown).toMatch(/\[ \] LoyaltyCards1770000000000/);
      await node('dist/cli.js', 'migrate');
      const database = new Database(join(folder, 'data', 'rollbook.sqlite'), { readonly: true });
      const tables = database.prepare("SELECT name FROM sqlite_master WHERE name = 'acme_loyalty_cards'").all();
      database.close();
      expect(tables).toHaveLength(1);
    },
    BUILD_MS,
  );

  it(
    'is part of the built service: importer, family and field',
    async () => {
      const { paths, components } = JSON.parse(await node('dist/cli.js', 'openapi'));
      expect(Object.keys(paths)).toEqual(
        expect.arrayContaining(['/api/v0/bulk/acme.loyalty', '/acme/loyalty/{cardNumber}']),
      );
      expect(components.schemas.CreateCustomerRequest.properties.acmeTier).toMatchObject({ example: 'gold' });
    },
    BUILD_MS,
  );
});
