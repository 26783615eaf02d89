// Lets node run the TypeScript of this folder as it is: node --require ./chaos/typescript.loader.js
'use strict';
const { readFileSync } = require('node:fs');
const { join } = require('node:path');
const { transformSync } = require('@swc/core');

const cwd = join(__dirname, '..');

require.extensions['.ts'] = (module, filename) =>
  module._compile(transformSync(readFileSync(filename, 'utf8'), { filename, cwd }).code, filename);
