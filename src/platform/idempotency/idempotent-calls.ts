import { AsyncLocalStorage } from 'node:async_hooks';
import { Injectable } from '@nestjs/common';
import { uniqueViolation } from '../database/driver-error';
import { Transaction } from '../database/transaction';
import { UnitOfWork } from '../database/unit-of-work';
import type { CallName } from './idempotency-key.repository';
import { callStillRunning } from './idempotency.errors';
import { Answer, EarlierCall, StoredAnswers } from './stored-answers';

const FORGOTTEN_AT_ONCE = 100;

/** An answer, and whence. */
export interface RememberedAnswer extends Answer {
  readonly isReplay: boolean;
  /** Null: the call made no job and is not remembered. */
  readonly rememberedUntil: Date | null;
}

/** Thrown out of a handler whose answer is stored already: there is nothing to be done. */
class AnsweredBefore extends Error {
  constructor(readonly earlier: EarlierCall & { readonly answer: Answer }) {
    super('the answer is stored');
  }
}

/** A call under way whose work is a job. */
interface JobCall {
  readonly kind: 'job';
  readonly name: CallName;
  readonly fingerprintOf: (parts: readonly (string | null)[]) => string;
  /** Null until all was received. */
  fingerprint: string | null;
  earlier: EarlierCall | null;
  rememberedUntil: Date | null;
}

/** Makes a call that is sent several times under one key take effect once. */
@Injectable()
export class IdempotentCalls {
  private readonly current = new AsyncLocalStorage<JobCall | { readonly kind: 'transaction' }>();

  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly answers: StoredAnswers,
  ) {}

  /**
   * Does work that is one transaction: it, its key and its answer are stored together, or nothing is.
   *
   * @throws IdempotencyKeyReused, and what the work throws.
   */
  inTransaction(name: CallName, fingerprint: string, work: () => Promise<Answer>): Promise<RememberedAnswer> {
    return this.unitOfWork.runAgainstRivals(async (transaction) => {
      const earlier = await this.answers.find(transaction, name, fingerprint);
      if (earlier !== null) return replay(earlier);
      const rememberedUntil = await this.answers.begin(transaction, name, fingerprint, null);
      const answer = await this.current.run({ kind: 'transaction' }, work);
      await this.answers.complete(transaction, name, answer);
      return { ...answer, isReplay: false, rememberedUntil };
    });
  }

  /**
   * Does work that is a job: the key is stored with the job, the answer when there is one. Where the job ended without
   * an answer, as after a crash, the work gives the answer of that job.
   *
   * @param parts hashes of what was sent; null when the handler itself receives it and then calls `received`
   * @throws IdempotencyKeyReused, CallStillRunning, and what the work throws.
   */
  async asJob(
    name: CallName,
    fingerprintOf: JobCall['fingerprintOf'],
    parts: readonly (string | null)[] | null,
    work: () => Promise<Answer>,
  ): Promise<RememberedAnswer> {
    const call: JobCall = {
      kind: 'job',
      name,
      fingerprintOf,
      fingerprint: null,
      earlier: null,
      rememberedUntil: null,
    };
    try {
      return await this.current.run(call, async () => {
        if (parts !== null) await this.received(parts);
        return this.store(call, await work());
      });
    } catch (error) {
      if (error instanceof AnsweredBefore) return replay(error.earlier);
      throw error;
    }
  }

  /**
   * All of a call has come in. Does not come back when the call was answered before.
   *
   * @param parts hashes of what was sent
   * @throws IdempotencyKeyReused
   */
  async received(parts: readonly (string | null)[]): Promise<void> {
    const call = this.current.getStore();
    if (call?.kind !== 'job') return;
    const fingerprint = call.fingerprintOf(parts);
    const earlier = await this.unitOfWork.read((transaction) => this.answers.find(transaction, call.name, fingerprint));
    if (earlier !== null && earlier.answer !== null) throw new AnsweredBefore({ ...earlier, answer: earlier.answer });
    call.fingerprint = fingerprint;
    call.earlier = earlier;
    call.rememberedUntil = earlier?.rememberedUntil ?? null;
  }

  /** The job that an earlier call made, which was not answered; null for a new call, and for one without a key. */
  earlierJobId(): string | null {
    const call = this.current.getStore();
    return call?.kind === 'job' ? (call.earlier?.jobId ?? null) : null;
  }

  /**
   * Stores the key of the call under way, in the transaction that stores its job.
   *
   * @throws CallStillRunning when a rival was faster.
   */
  async bindToJob(transaction: Transaction, jobId: string): Promise<void> {
    const call = this.current.getStore();
    if (call === undefined) return;
    if (call.kind !== 'job' || call.fingerprint === null) {
      throw new Error('A route that makes a job needs @AppliesAsJob, and to say what it received');
    }
    try {
      call.rememberedUntil = await this.answers.begin(transaction, call.name, call.fingerprint, jobId);
    } catch (error) {
      throw uniqueViolation(error) === null ? error : callStillRunning();
    }
  }

  /** Forgets calls, of whatever company, whose path or answer matches; sent again they count as new. */
  async forgetMatching(isMatch: (text: string) => boolean): Promise<void> {
    let afterId: number | null = 0;
    while (afterId !== null) {
      const from: number = afterId;
      afterId = await this.unitOfWork.run((transaction) =>
        this.answers.forgetMatching(transaction, isMatch, from, FORGOTTEN_AT_ONCE),
      );
    }
  }

  private async store({ name, fingerprint, rememberedUntil }: JobCall, answer: Answer): Promise<RememberedAnswer> {
    const fresh = { ...answer, isReplay: false, rememberedUntil };
    if (fingerprint === null || rememberedUntil === null) return fresh;
    return this.unitOfWork.run(async (transaction) => {
      if (await this.answers.complete(transaction, name, answer)) return fresh;
      // Another call rendered the answer meanwhile; links in it are signed anew each time, and all must get the same.
      const earlier = await this.answers.find(transaction, name, fingerprint);
      return earlier === null ? fresh : replay(earlier);
    });
  }
}

/** @throws CallStillRunning when there is no answer yet. */
function replay({ answer, rememberedUntil }: EarlierCall): RememberedAnswer {
  if (answer === null) throw callStillRunning();
  return { ...answer, isReplay: true, rememberedUntil };
}
