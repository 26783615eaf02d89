import { existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Type } from '@nestjs/common';
import { isExtension } from './platform/extensions/rollbook-extension';

/** Where a team drops its folder. */
const EXTENSIONS_FOLDER = join(__dirname, 'extensions');
const EXTENSION_FILE = /\.extension\.(js|ts)$/;

const load = createRequire(__filename);

/**
 * The modules marked `@RollbookExtension` in the files `*.extension.ts` below a folder, in the order of their paths.
 *
 * @throws Error naming a file that exports none: its author would look in vain for what it should add.
 */
export function loadExtensions(folder = EXTENSIONS_FOLDER): Type[] {
  if (!existsSync(folder)) return [];
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => EXTENSION_FILE.test(name));
  return files.sort().flatMap((name) => {
    const found = Object.values(load(join(folder, name)) as object).filter(isExtension);
    if (found.length === 0) throw new Error(`The extension file ${name} exports no class marked @RollbookExtension`);
    return found;
  });
}
