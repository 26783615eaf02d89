import { BeforeApplicationShutdown, Injectable, Logger, OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { UnitOfWork } from '../database/unit-of-work';
import { StoredAnswers } from './stored-answers';

const EVERY_MS = 60 * 60 * 1000;

/** Keys deleted in one transaction: short enough to keep no request waiting. */
const BATCH = 200;

/** Deletes keys whose time is over: when the service starts to listen, and every hour. */
@Injectable()
export class IdempotencySweep implements OnModuleInit, BeforeApplicationShutdown {
  private readonly logger = new Logger(IdempotencySweep.name);
  private timer: NodeJS.Timeout | null = null;
  private round: Promise<void> | null = null;
  private stopping = false;

  constructor(
    private readonly host: HttpAdapterHost,
    private readonly unitOfWork: UnitOfWork,
    private readonly answers: StoredAnswers,
  ) {}

  onModuleInit(): void {
    this.host.listen$.subscribe(() => {
      this.start();
      this.timer = setInterval(() => this.start(), EVERY_MS);
    });
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping = true;
    if (this.timer !== null) clearInterval(this.timer);
    await this.round;
  }

  /** Deletes all keys whose time is over. */
  async sweep(): Promise<void> {
    let deleted = BATCH;
    while (deleted === BATCH && !this.stopping) {
      deleted = await this.unitOfWork.run((transaction) => this.answers.forget(transaction, BATCH));
    }
  }

  private start(): void {
    this.round ??= this.sweep()
      .catch((error: unknown) => this.logger.warn({ err: error }, 'deleting old idempotency keys failed'))
      .finally(() => (this.round = null));
  }
}
