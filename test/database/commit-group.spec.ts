import { setTimeout as sleep } from 'node:timers/promises';
import { CommitGroup } from '../../src/platform/database/commit-group';
import type { Transaction } from '../../src/platform/database/transaction';
import { WorkLine } from '../../src/platform/database/work-line';

describe('works that share a COMMIT', () => {
  const transaction = { query: () => Promise.resolve() } as unknown as Transaction;
  let group: CommitGroup;
  beforeEach(() => (group = new CommitGroup(new WorkLine(), (work) => work(transaction))));

  const slow = async () => {
    await sleep(40);
    return 'slow';
  };

  it('are each answered, in the next group where the time of the first is over', async () => {
    const answers = [group.add(slow, Infinity), group.add(() => Promise.resolve('next'), Infinity)];
    expect(await Promise.all(answers)).toEqual(['slow', 'next']);
  });

  it('are refused when their own time is over while a group has them that comes to no turn of theirs', async () => {
    const late = group.add(slow, Infinity).then(() => 'first');
    const refused = group.add(() => Promise.resolve('never run'), 10);
    await expect(Promise.race([refused, sleep(1_000, 'no answer')])).rejects.toThrow('held the database for too long');
    expect(await late).toBe('first');
  });
});
