import { BeforeApplicationShutdown, Logger, OnModuleInit } from '@nestjs/common';
import type { HttpAdapterHost } from '@nestjs/core';

const EVERY_MS = 60 * 60 * 1000;

/** Something to be cleared away when the service starts to listen, and every hour; never by command line tools. */
export abstract class HourlySweep implements OnModuleInit, BeforeApplicationShutdown {
  protected readonly logger = new Logger(this.constructor.name);
  /** True once the service is being stopped: what is left waits for the next start. */
  protected stopping = false;
  private timer: NodeJS.Timeout | null = null;
  private round: Promise<void> | null = null;

  constructor(private readonly host: HttpAdapterHost) {}

  /** Clears away what is over. */
  abstract sweep(): Promise<void>;

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

  private start(): void {
    this.round ??= this.sweep()
      .catch((error: unknown) => this.logger.warn({ err: error }, 'clearing away what is over failed'))
      .finally(() => (this.round = null));
  }
}
