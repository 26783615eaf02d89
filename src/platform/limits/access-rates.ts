import { Injectable } from '@nestjs/common';
import type { Caller } from '../auth/caller';
import { AppConfig } from '../config/app-config';
import { Allowance } from './allowance';
import { Clock } from './clock';
import { tooManyRequests } from './limit.errors';

/** How many requests a credential and a company may send. An access token counts as its client. */
@Injectable()
export class AccessRates {
  private readonly perToken: Allowance<string>;
  private readonly perCompany: Allowance<number>;

  constructor(clock: Clock, config: AppConfig) {
    this.perToken = new Allowance(clock, config.ratePerToken);
    this.perCompany = new Allowance(clock, config.ratePerCompany);
  }

  /** Counts a request, unless it is one too many. @throws TooManyRequests */
  admit({ subject, company: { ref } }: Caller): void {
    const { perToken, perCompany } = this;
    const [ofToken, ofCompany] = [perToken.secondsUntilNext(subject), perCompany.secondsUntilNext(ref)];
    // The longer wait is the true one.
    if (ofCompany > ofToken) throw tooManyRequests('company', perCompany.perMinute, ofCompany);
    if (ofToken > 0) throw tooManyRequests('token', perToken.perMinute, ofToken);
    perToken.take(subject);
    perCompany.take(ref);
  }
}
