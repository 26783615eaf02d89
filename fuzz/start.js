// npm run fuzz; by require, as newer versions of Node would load a .ts file that is named to them in their own way.
'use strict';
require('../chaos/typescript.loader.js');
require('./fuzz.command.ts');
