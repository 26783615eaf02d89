import { BeforeApplicationShutdown, Injectable, Logger, OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { UnitOfWork } from '../database/unit-of-work';
import type { AuditEntry } from './audit-entry.entity';
import type { AuditHead } from './audit-head.entity';
import { AuditRepository, Link } from './audit.repository';
import { AuditSeal } from './audit-seal';
import { AuditTrail } from './audit-trail';
import { SecurityEvents } from './security-events';

const EVERY_MS = 1_000;
/** After a failure, such as of a database that is away. */
const PAUSE_MS = 15_000;
/** Entries linked in one transaction. */
const BATCH = 500;

/**
 * Links the entries that were put down to the chain, within about a second. Writers never wait for one another: they only
 * add entries, and one process at a time, holding the head of the chain, gives them their places in the order of their
 * ids.
 */
@Injectable()
export class AuditSealer implements OnModuleInit, BeforeApplicationShutdown {
  private readonly logger = new Logger(AuditSealer.name);
  private timer: NodeJS.Timeout | null = null;
  private pausedUntil = 0;
  private round: Promise<void> | null = null;

  constructor(
    private readonly host: HttpAdapterHost,
    private readonly unitOfWork: UnitOfWork,
    private readonly entries: AuditRepository,
    private readonly trail: AuditTrail,
    private readonly security: SecurityEvents,
  ) {}

  onModuleInit(): void {
    this.host.listen$.subscribe(() => (this.timer = setInterval(() => void this.tick(), EVERY_MS)));
  }

  async beforeApplicationShutdown(): Promise<void> {
    if (this.timer === null) return;
    clearInterval(this.timer);
    await this.round;
    this.pausedUntil = 0;
    this.security.closeRound();
    await this.tick();
  }

  /** Links all entries that are stored and not linked yet. */
  async seal(): Promise<void> {
    for (;;) {
      // Looked at apart from the transaction, so that nothing is locked when there is nothing to do.
      if (!(await this.unitOfWork.read((transaction) => this.entries.hasPending(transaction)))) return;
      await this.unitOfWork.run(async (transaction) => {
        const head = await this.entries.findHeadLocked(transaction);
        // To go on behind a forged end would make it genuine.
        if (head === null || head.mac !== this.trail.seal.ofEnd(head))
          throw new Error('The end of the chain is not genuine');
        const pending = await this.entries.listPending(transaction, BATCH);
        const { linked, end } = linkBehind(head, pending, this.trail.seal);
        await this.entries.link(transaction, linked);
        await this.entries.updateHead(transaction, end);
      });
    }
  }

  private tick(): Promise<void> {
    this.round ??= this.work()
      .catch((error: unknown) => {
        this.trail.hasNews = true;
        this.pausedUntil = Date.now() + PAUSE_MS;
        this.logger.warn({ err: error }, 'the audit trail could not be linked; trying again');
      })
      .finally(() => (this.round = null));
    return this.round;
  }

  private async work(): Promise<void> {
    if (Date.now() < this.pausedUntil) return;
    await this.security.flush();
    if (!this.trail.hasNews) return;
    this.trail.hasNews = false;
    await this.seal();
  }
}

/** Gives entries the places behind the head, in their order. */
function linkBehind(
  head: AuditHead,
  pending: readonly Pick<AuditEntry, 'id' | 'mac'>[],
  seal: AuditSeal,
): { linked: Link[]; end: AuditHead } {
  let { sequenceNo, hash } = head;
  const linked = pending.map(({ id, mac }): Link => {
    sequenceNo++;
    hash = seal.ofLink(hash, sequenceNo, id, mac);
    return { id, sequenceNo, hash };
  });
  const end = { ...head, sequenceNo, hash };
  return { linked, end: { ...end, mac: seal.ofEnd(end) } };
}
