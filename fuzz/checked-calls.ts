import { Address, Answer, Call, send } from './call';
import type { Contract } from './contract';
import type { Finding, FindingKind } from './finding';

/** A call whose fate is known, for the checks that come later. */
interface JobCall {
  readonly call: Call;
  /** Data rows it carried; null where the lane does not say. */
  readonly rows: number | null;
}

/** Calls that are kept to explain a line of the log. */
const MOST_LATEST = 5_000;

/** Sends the calls of one lane, counts them, and holds each answer against the document of the service. */
export class CheckedCalls {
  readonly findings: Finding[] = [];
  /** The bulk calls, by the job they became. */
  readonly jobs = new Map<string, JobCall>();
  /** Requests sent, and those of them that were answered with a success. */
  sent = 0;
  succeeded = 0;

  private readonly latest = new Map<number, Call>();

  constructor(
    private readonly address: Address,
    private readonly contract: Contract,
  ) {}

  /**
   * Sends a call and gives its answer, null when none came.
   *
   * @param rows data rows in its body, which its job must then have received
   */
  async send(call: Call, rows: number | null = null): Promise<Answer | null> {
    this.sent++;
    this.latest.set(this.sent, call);
    this.latest.delete(this.sent - MOST_LATEST);
    const answer = await send(this.address, {
      ...call,
      headers: { 'X-Request-Id': `fuzz-${this.sent}`, ...call.headers },
    });
    if (typeof answer === 'string') {
      this.note('hang', answer, call);
      return null;
    }
    if (answer.status < 400) this.succeeded++;
    if (answer.status >= 500) this.note('5xx', `answered ${answer.status}`, call, answer);
    for (const { kind, words } of this.contract.faultsOf(call, answer)) this.note(kind, words, call, answer);
    const jobId = answer.headers['x-job-id'];
    if (jobId !== undefined && !this.jobs.has(jobId)) this.jobs.set(jobId, { call, rows });
    return answer;
  }

  /** The call a line of the log tells of; null when it is not known any more. */
  callOf(line: string): Call | null {
    return this.latest.get(Number(/"requestId":"fuzz-(\d+)"/.exec(line)?.[1])) ?? null;
  }

  /** Notes a deviation. */
  note(kind: FindingKind, words: string, call: Call | null, answer: Answer | null = null): void {
    this.findings.push({ kind, words, call, answer });
  }
}
