/**
 * Loaded by node before the service: makes chunks of other sizes, so that calls of few rows have several. Where the
 * build has no such number any more it ends the process at its start: every call would be one chunk, and all be well.
 */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { CHUNK_ROWS_VARIABLE } from './chunk-rows';

const spool = createRequire(__filename)(join(__dirname, '..', 'dist', 'bulk', 'engine', 'row-spool.js')) as Record<
  string,
  unknown
>;
if (typeof spool['CHUNK_ROWS'] !== 'number') throw new Error('chunk-rows: the spool has no CHUNK_ROWS any more');
spool['CHUNK_ROWS'] = Number(process.env[CHUNK_ROWS_VARIABLE]);
