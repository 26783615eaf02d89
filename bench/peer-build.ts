import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { transformSync } from '@swc/core';

const ROOT = join(__dirname, '..');

/** The programs of `bench/peers` and the preload as plain JavaScript: a compiler in the process would be measured too. */
export interface PeerBuild {
  readonly preload: string;
  /** File of a program such as `floor.server`. */
  program(name: string): string;
  remove(): void;
}

/** Compiles into a temporary folder, in which `src` leads to the built service. */
export function buildPeers(): PeerBuild {
  const folder = mkdtempSync(join(tmpdir(), 'rollbook-bench-'));
  mkdirSync(join(folder, 'bench', 'peers'), { recursive: true });
  symlinkSync(join(ROOT, 'dist'), join(folder, 'src'));
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  const peers = readdirSync(join(ROOT, 'bench', 'peers')).filter((name) => name.endsWith('.ts'));
  for (const name of ['figures.preload.ts', ...peers.map((peer) => join('peers', peer))]) {
    const filename = join(ROOT, 'bench', name);
    const { code } = transformSync(readFileSync(filename, 'utf8'), { filename, cwd: ROOT });
    writeFileSync(join(folder, 'bench', name.replace(/\.ts$/, '.js')), code);
  }
  return {
    preload: join(folder, 'bench', 'figures.preload.js'),
    program: (name) => join(folder, 'bench', 'peers', `${name}.js`),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
