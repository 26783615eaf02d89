/** What the preload script reads from its file: fail at the `call`-th call from now on. */
export interface CallOrder {
  readonly id: string;
  readonly call: number;
}

/** Names the file with the order; while there is none, nothing happens. Beside it, `.done` tells the id of the last. */
export const CALLS_VARIABLE = 'CHAOS_CALLS_FILE';
