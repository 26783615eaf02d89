// npm run chaos; by require, as newer versions of Node would load a .ts file that is named to them in their own way.
'use strict';
require('./typescript.loader.js');
require('./chaos.command.ts');
