import fc from 'fast-check';
import { JobQueue } from '../../src/bulk/jobs/job-queue';
import { AppConfig } from '../../src/platform/config/app-config';

const LONG = 21;

/** Jobs that end when the test says so, in the order they were begun. */
class Jobs {
  readonly begun: string[] = [];
  private readonly ends: (() => void)[] = [];
  private readonly queue: JobQueue;

  constructor(concurrentJobs: number) {
    this.queue = new JobQueue(Object.assign(new AppConfig(), { concurrentJobs }));
  }

  add(name: string, companyRef: number, chunks = LONG): void {
    const work = () => {
      this.begun.push(name);
      return new Promise<void>((resolve) => this.ends.push(resolve));
    };
    void this.queue.add({ chunks, companyRef }, work);
  }

  /** Ends the job that was begun first, and lets whoever is next begin. */
  async endOne(): Promise<void> {
    this.ends.shift()?.();
    await new Promise((resolve) => setImmediate(resolve));
  }

  get running(): number {
    return this.ends.length;
  }
}

async function drain(jobs: Jobs): Promise<string> {
  while (jobs.running > 0) await jobs.endOne();
  return jobs.begun.join(' ');
}

describe('The queue of long jobs', () => {
  it('gives the next place to a company that has none, however many another one has waiting', async () => {
    const jobs = new Jobs(2);
    for (let i = 1; i <= 6; i++) jobs.add(`a${i}`, 1);
    jobs.add('b1', 2);
    expect(jobs.begun).toEqual(['a1', 'a2']);
    await jobs.endOne();
    expect(jobs.begun).toEqual(['a1', 'a2', 'b1']);
    expect(await drain(jobs)).toBe('a1 a2 b1 a3 a4 a5 a6');
  });

  it('takes turns where there is one place', async () => {
    const jobs = new Jobs(1);
    for (let i = 1; i <= 4; i++) jobs.add(`a${i}`, 1);
    for (let i = 1; i <= 3; i++) jobs.add(`b${i}`, 2);
    jobs.add('c1', 3);
    expect(await drain(jobs)).toBe('a1 b1 c1 a2 b2 a3 b3 a4');
  });

  it('is in the order of arrival within a company, and all of it is used by one alone', async () => {
    const jobs = new Jobs(3);
    for (let i = 1; i <= 5; i++) jobs.add(`a${i}`, 1);
    expect(jobs.running).toBe(3);
    expect(await drain(jobs)).toBe('a1 a2 a3 a4 a5');
  });

  it('is passed by short jobs', () => {
    const jobs = new Jobs(1);
    jobs.add('long', 1);
    jobs.add('waits', 1);
    jobs.add('short', 1, LONG - 1);
    expect(jobs.begun).toEqual(['long', 'short']);
  });

  it('loses nobody and leaves no place empty, whoever comes and goes when', async () => {
    const event = fc.oneof(fc.record({ company: fc.nat(3) }), fc.constant('end' as const));
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 4 }), fc.array(event, { maxLength: 60 }), async (places, events) => {
        const jobs = new Jobs(places);
        let added = 0;
        for (const one of events) {
          if (one === 'end') await jobs.endOne();
          else jobs.add(`${one.company}-${added++}`, one.company);
          expect(jobs.running).toBe(Math.min(places, added - (jobs.begun.length - jobs.running)));
        }
        await drain(jobs);
        expect(jobs.begun).toHaveLength(added);
        expect(Reflect.get(Reflect.get(Reflect.get(jobs, 'queue'), 'places'), 'shares').size).toBe(0);
      }),
      { numRuns: 100 },
    );
  });
});
