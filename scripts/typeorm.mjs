// The TypeORM command line on ormconfig.ts, compiled on the fly: npm run typeorm -- migration:show
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const require = createRequire(import.meta.url);
const { transformSync } = require('@swc/core');

require.extensions['.ts'] = (module, filename) =>
  module._compile(transformSync(readFileSync(filename, 'utf8'), { filename, cwd: root }).code, filename);
process.argv.push('--dataSource', join(root, 'ormconfig.ts'));
require('typeorm/cli.js');
