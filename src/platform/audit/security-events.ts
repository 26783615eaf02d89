import { Injectable } from '@nestjs/common';
import type { AuthenticatedRequest } from '../auth/auth.decorators';
import type { AppError } from '../errors/app-error';
import { currentRequestId } from '../http/request-context';
import { routeOf } from '../http/route-of';
import { clientAddressOf } from '../limits/client-address';
import type { AuditEvent } from './audit-event';
import { AuditTrail } from './audit-trail';

const ACTIONS: Readonly<Record<number, string>> = {
  401: 'login.refused',
  403: 'access.refused',
  429: 'limit.exceeded',
};
const ROUND_MS = 10_000;
/** Kinds of events put down in one round; the others are only counted. */
const MOST_KINDS = 20;

/**
 * Puts down refusals: wrong tokens and secrets, missing rights, exceeded limits. However many there are, one round of ten
 * seconds makes at most a score of entries, each with the number of times it stands for.
 */
@Injectable()
export class SecurityEvents {
  private readonly counted = new Map<string, AuditEvent & { readonly times: number }>();
  private roundEnds = 0;

  constructor(private readonly trail: AuditTrail) {}

  /** Counts a refused request; one that failed for another reason is none of its business. */
  noteRefusal(request: AuthenticatedRequest, { status, code }: AppError): void {
    const action = ACTIONS[status];
    // Who sends no credentials at all has tried nothing.
    if (
      action === undefined ||
      (status === 401 && request.headers.authorization === undefined && code !== 'INVALID_CLIENT')
    ) {
      return;
    }
    const { caller } = request;
    const event: AuditEvent = {
      actor: caller?.subject ?? `address:${clientAddressOf(request)}`,
      action,
      companyRef: caller?.company.ref ?? null,
      subject: `${request.method} ${routeOf(request)}`,
      requestId: currentRequestId(),
    };
    const key = [event.actor, action, event.subject].join(' ');
    if (this.counted.size < MOST_KINDS || this.counted.has(key)) this.count(key, event);
    else this.count(action, { actor: 'others', action });
  }

  /** Puts down what was counted, once the round is over. */
  async flush(): Promise<void> {
    if (this.counted.size === 0 || Date.now() < this.roundEnds) return;
    this.roundEnds = Date.now() + ROUND_MS;
    const events = [...this.counted];
    this.counted.clear();
    try {
      await this.trail.recordApart(...events.map(([, event]) => event));
    } catch (error) {
      for (const [key, event] of events) this.count(key, event, event.times);
      throw error;
    }
  }

  /** Lets the next `flush` put down everything. */
  closeRound(): void {
    this.roundEnds = 0;
  }

  private count(key: string, event: AuditEvent, times = 1): void {
    const known = this.counted.get(key);
    this.counted.set(key, { ...(known ?? event), recordedAt: new Date(), times: (known?.times ?? 0) + times });
  }
}
