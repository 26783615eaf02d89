// Starts the service, or with the argument `cli` its command line; builds first when a source is newer than the build.
import { spawnSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const require = createRequire(import.meta.url);

const modified = (path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
const newestSource = () =>
  Math.max(
    ...['package.json', 'tsconfig.json', 'nest-cli.json'].map((file) => modified(join(root, file))),
    ...readdirSync(join(root, 'src'), { recursive: true }).map((file) => modified(join(root, 'src', file))),
  );

if (modified(join(root, 'dist', 'main.js')) < newestSource()) {
  console.error('Building …');
  const { status } = spawnSync(process.execPath, [require.resolve('@nestjs/cli/bin/nest.js'), 'build'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
  });
  if (status !== 0) process.exit(status ?? 1);
}

const [mode] = process.argv.slice(2);
if (mode === 'cli') process.argv.splice(2, 1);
require(join(root, 'dist', mode === 'cli' ? 'cli.js' : 'main.js'));
