import { setImmediate as nextTurn } from 'node:timers/promises';

/** Most calls that go together. */
const MAX_GROUP = 16;
/** Longest wait for others. They may have a database to deal with that does not answer. */
const PATIENCE_MS = 1_000;

/** What becomes of a call that waits: it is done with others, is to be done by itself, or to go with those behind it. */
type Turn = 'done' | 'alone' | 'next';

interface WaitingCall<C> {
  readonly call: C;
  readonly settle: (turn: Turn) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Lets calls of one kind go down together: while as many groups as may be are under way, those that come wait, and go as
 * one when the first of them has ended. One that comes alone goes at once, and by itself.
 */
export class GatheredCalls<C> {
  private readonly waiting: WaitingCall<C>[] = [];

  /**
   * @param free how many groups may be under way at once
   * @param handle does what can be done of a group, and tells which calls that was; what it throws is thrown to each of
   *   them. It runs in the asynchronous context of the first.
   */
  constructor(
    private free: number,
    private readonly handle: (group: readonly C[]) => Promise<ReadonlySet<C>>,
  ) {}

  /** True when the call is done; false when it is left to the caller, since others were in its way. */
  async add(call: C): Promise<boolean> {
    if (this.free > 0) this.free--;
    else {
      const turn = await this.turnOf(call);
      if (turn !== 'next') return turn === 'done';
    }
    // Requests that have come meanwhile are still to be read.
    await nextTurn();
    const others = this.waiting.splice(0, MAX_GROUP - 1);
    try {
      const done = await this.handle([call, ...others.map((other) => other.call)]);
      for (const other of others) other.settle(done.has(other.call) ? 'done' : 'alone');
      return done.has(call);
    } catch (error) {
      for (const { reject } of others) reject(error);
      throw error;
    } finally {
      const next = this.waiting.shift();
      if (next === undefined) this.free++;
      else next.settle('next');
    }
  }

  private async turnOf(call: C): Promise<Turn> {
    let timer: NodeJS.Timeout | undefined;
    const turn = new Promise<Turn>((settle, reject) => {
      const one = { call, settle, reject };
      this.waiting.push(one);
      timer = setTimeout(() => {
        const at = this.waiting.indexOf(one);
        // Who is on the way with others is answered by them.
        if (at < 0) return;
        this.waiting.splice(at, 1);
        settle('alone');
      }, PATIENCE_MS);
    });
    return turn.finally(() => clearTimeout(timer));
  }
}
