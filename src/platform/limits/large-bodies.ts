import { Injectable } from '@nestjs/common';
import type { Response } from 'express';
import type { AuthenticatedRequest } from '../auth/auth.decorators';
import { AppConfig } from '../config/app-config';
import { RequestAborted } from '../errors/http.errors';
import { serviceBusy, tooManyLargeBodies } from './limit.errors';

/** Bodies up to this size need no place. One that does not tell its size may be any. */
const SMALL_BYTES = 1024 * 1024;
const WAITING_PER_PLACE = 4;
const PATIENCE_MS = 120_000;

/** A large body on its way in. */
interface Visit {
  readonly companyRef: number;
  state: 'waiting' | 'inside' | 'gone';
  /** Ends the wait: with an error, or without one because a place is free. */
  admit: (error?: Error) => void;
}

/** The most that one company may have of places for all: some are left for others, where there are several. */
function shareOf(places: number): number {
  return places > 1 ? places - Math.ceil(places / 8) : places;
}

/** How many large bodies are received and parsed at a time in this process; a few more wait, unread. */
@Injectable()
export class LargeBodies {
  private readonly places: number;
  private readonly waitingPlaces: number;
  private readonly visits = new Set<Visit>();

  constructor(config: AppConfig) {
    this.places = config.largeBodies;
    this.waitingPlaces = config.largeBodies * WAITING_PER_PLACE;
  }

  /**
   * Takes a place for the body of a request, as soon as there is one. It is free again when the answer is out, the
   * client gone, or the function called that is given back.
   *
   * @throws TooManyLargeBodies or ServiceBusy when there is none, RequestAborted when the client goes away meanwhile
   */
  async enter(request: AuthenticatedRequest, response: Response): Promise<() => void> {
    if (this.places === 0 || Number(request.headers['content-length'] ?? Infinity) <= SMALL_BYTES) {
      return () => undefined;
    }
    if (response.closed) throw aborted();
    const visit: Visit = { companyRef: request.caller?.company.ref ?? 0, state: 'waiting', admit: () => undefined };
    const leave = () => this.leave(visit);
    response.once('close', leave);
    if (this.hasPlaceFor(visit)) visit.state = 'inside';
    else this.refuseOver(visit);
    this.visits.add(visit);
    if (visit.state === 'waiting') await this.turnOf(visit);
    return leave;
  }

  private turnOf(visit: Visit): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.leave(visit, serviceBusy()), PATIENCE_MS);
      visit.admit = (error) => {
        clearTimeout(timer);
        if (error === undefined) resolve();
        else reject(error);
      };
    });
  }

  private leave(visit: Visit, reason: Error = aborted()): void {
    if (!this.visits.delete(visit)) return;
    const wasWaiting = visit.state === 'waiting';
    visit.state = 'gone';
    if (wasWaiting) visit.admit(reason);
    for (const next of this.visits) {
      if (next.state !== 'waiting' || !this.hasPlaceFor(next)) continue;
      next.state = 'inside';
      next.admit();
    }
  }

  private hasPlaceFor(visit: Visit): boolean {
    const { all, own } = this.count('inside', visit);
    return all < this.places && own < shareOf(this.places);
  }

  private refuseOver(visit: Visit): void {
    const { all, own } = this.count('waiting', visit);
    if (own >= shareOf(this.waitingPlaces)) throw tooManyLargeBodies();
    if (all >= this.waitingPlaces) throw serviceBusy();
  }

  private count(state: Visit['state'], { companyRef }: Visit): { all: number; own: number } {
    const those = [...this.visits].filter((visit) => visit.state === state);
    return { all: those.length, own: those.filter((visit) => visit.companyRef === companyRef).length };
  }
}

function aborted(): RequestAborted {
  return new RequestAborted('The request broke off before it was complete; nothing was applied.');
}
