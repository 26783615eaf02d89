// The program of the threads that read files, from its sources.
'use strict';
require('../../chaos/typescript.loader.js');
require('../../src/bulk/reading/file-reading.worker.ts');
