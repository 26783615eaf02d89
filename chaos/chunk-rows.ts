import { join } from 'node:path';
import type { ServiceOptions } from './service-process';

/** Tells the preload how many rows a chunk has. */
export const CHUNK_ROWS_VARIABLE = 'CHAOS_CHUNK_ROWS';

/** Starts a service whose chunks have so many rows. */
export function chunksOf(rows: number): ServiceOptions {
  return {
    preload: ['typescript.loader.js', 'chunk-rows.preload.ts'].map((file) => join(__dirname, file)),
    environment: { [CHUNK_ROWS_VARIABLE]: String(rows) },
  };
}
