// Starts the service, or with the argument `cli` its command line; builds first when a source is newer than the build.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmdirSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const require = createRequire(import.meta.url);
const lock = join(root, 'node_modules', '.rollbook-build');
const LONGEST_BUILD_MS = 120_000;

const modified = (path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;

function isBuilt() {
  const sources = [
    ...['package.json', 'tsconfig.json', 'nest-cli.json'].map((file) => join(root, file)),
    ...readdirSync(join(root, 'src'), { recursive: true }).map((file) => join(root, 'src', file)),
  ];
  return modified(join(root, 'dist', 'main.js')) >= Math.max(...sources.map(modified));
}

// Making a folder succeeds for one process only; the others wait for it to build, and find the work done.
function takeLock() {
  try {
    mkdirSync(lock);
    return true;
  } catch {
    return false;
  }
}

/** True while another process builds: its output is not whole yet. A lock older than any build was left by a crash. */
function isBeingBuilt() {
  const since = modified(lock);
  if (since === 0) return false;
  if (Date.now() - since < LONGEST_BUILD_MS) return true;
  rmdirSync(lock);
  return false;
}

function build() {
  console.error('Building …');
  const nest = require.resolve('@nestjs/cli/bin/nest.js');
  return spawnSync(process.execPath, [nest, 'build'], { cwd: root, stdio: ['ignore', 2, 2] }).status ?? 1;
}

while (isBeingBuilt() || !isBuilt()) {
  if (!takeLock()) {
    await sleep(200);
    continue;
  }
  const status = isBuilt() ? 0 : build();
  rmdirSync(lock);
  if (status !== 0) process.exit(status);
}

const [mode] = process.argv.slice(2);
if (mode === 'cli') process.argv.splice(2, 1);
require(join(root, 'dist', mode === 'cli' ? 'cli.js' : 'main.js'));
