import { AsyncLocalStorage } from 'node:async_hooks';
import { GatheredCalls } from '../../src/platform/event-loop/gathered-calls';

/** A handler that holds each group until it is let go, and does it all, or what is said. */
function held() {
  const groups: string[][] = [];
  const ends: ((error?: Error) => void)[] = [];
  const handle = (group: readonly string[]): Promise<ReadonlySet<string>> => {
    groups.push([...group]);
    return new Promise((resolve, reject) => {
      ends.push((error) => (error === undefined ? resolve(new Set(group)) : reject(error)));
    });
  };
  /** Ends the group that is the longest under way, and lets what waits for that go on. */
  const end = async (error?: Error) => {
    ends.shift()?.(error);
    await turns();
  };
  return { groups, handle, end };
}

/** Some turns of the event loop. */
async function turns(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
}

describe('calls that are gathered', () => {
  it('go alone while a group may still be under way, then together, in the order they came in', async () => {
    const { groups, handle, end } = held();
    const gathered = new GatheredCalls(2, handle);
    const first = gathered.add('a');
    await turns();
    const second = gathered.add('b');
    await turns();
    const others = ['c', 'd', 'e'].map((call) => gathered.add(call));
    await turns();
    expect(groups).toEqual([['a'], ['b']]);
    await end();
    expect(groups).toEqual([['a'], ['b'], ['c', 'd', 'e']]);
    await end();
    await end();
    expect(await Promise.all([first, second, ...others])).toEqual([true, true, true, true, true]);
    void gathered.add('f');
    await turns();
    expect(groups.at(-1)).toEqual(['f']);
  });

  it('are 16 at most in a group, and none is left behind', async () => {
    const { groups, handle, end } = held();
    const gathered = new GatheredCalls(1, handle);
    const names = Array.from({ length: 80 }, (_, at) => String(at));
    const calls = names.map((name) => gathered.add(name));
    for (let group = 0; group < 5; group++) {
      await turns();
      await end();
    }
    expect(groups.map(({ length }) => length)).toEqual([16, 16, 16, 16, 16]);
    expect(groups.flat()).toEqual(names);
    expect(await Promise.all(calls)).toEqual(names.map(() => true));
  });

  it('that come in the same turn go together', async () => {
    const { groups, handle, end } = held();
    const gathered = new GatheredCalls(4, handle);
    const calls = ['a', 'b', 'c', 'd', 'e', 'f'].map((call) => gathered.add(call));
    await turns();
    for (let group = 0; group < 4; group++) await end();
    await Promise.all(calls);
    expect(groups.flat().sort()).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
    expect(groups.length).toBeLessThanOrEqual(4);
  });

  it('are left to their callers where the group did not do them', async () => {
    const gathered = new GatheredCalls<string>(1, (group) => Promise.resolve(new Set(group.filter((c) => c !== 'b'))));
    expect(await Promise.all(['a', 'b', 'c'].map((call) => gathered.add(call)))).toEqual([true, false, true]);
  });

  it('all fail with the group they are in, and with no other', async () => {
    const { handle, end } = held();
    const gathered = new GatheredCalls(1, handle);
    const first = gathered.add('a');
    await turns();
    const second = ['b', 'c'].map((call) => gathered.add(call));
    const answers = Promise.allSettled([first, ...second]);
    await end();
    const third = gathered.add('d');
    await end(new Error('no room'));
    await end();
    expect(await third).toBe(true);
    expect((await answers).map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected']);
  });

  it('wait no longer than a second for others, and are done once', async () => {
    const { groups, handle, end } = held();
    const gathered = new GatheredCalls(1, handle);
    const first = gathered.add('a');
    await turns();
    const started = performance.now();
    expect(await gathered.add('b')).toBe(false);
    expect(performance.now() - started).toBeGreaterThan(900);
    const third = gathered.add('c');
    await end();
    await end();
    expect(await Promise.all([first, third])).toEqual([true, true]);
    expect(groups).toEqual([['a'], ['c']]);
  });

  it('are handled in the asynchronous context of the first of them', async () => {
    const requests = new AsyncLocalStorage<string>();
    const seen: unknown[] = [];
    const gathered = new GatheredCalls<string>(1, async (group) => {
      await turns();
      seen.push([requests.getStore(), ...group]);
      return new Set(group);
    });
    const calls = ['a', 'b', 'c'].map(async (call, at) => {
      if (at > 0) await turns();
      return requests.run(`of ${call}`, () => gathered.add(call));
    });
    await Promise.all(calls);
    expect(seen).toEqual([
      ['of a', 'a'],
      ['of b', 'b', 'c'],
    ]);
  });
});
