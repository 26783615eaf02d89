import { Injectable, Logger } from '@nestjs/common';
import { AppConfig } from '../config/app-config';
import { Allowance } from './allowance';
import { Clock } from './clock';
import { tooManyFailedLogins } from './limit.errors';

/**
 * How many wrong tokens and client secrets may come from one address. Right ones go on being taken from it: nobody is
 * locked out by a neighbour behind the same address.
 */
@Injectable()
export class FailedLogins {
  private readonly logger = new Logger(FailedLogins.name);
  private readonly failures: Allowance<string>;
  /** Counted apart: wrong texts that are told without the database leave right ones their look-up. */
  private readonly lookUps: Allowance<string>;
  /** An address is written to the log once a minute at most. */
  private readonly logged: Allowance<string>;

  constructor(clock: Clock, config: AppConfig) {
    this.failures = new Allowance(clock, config.failedLoginsPerMinute);
    this.lookUps = new Allowance(clock, config.failedLoginsPerMinute);
    this.logged = new Allowance(clock, 1);
  }

  /**
   * Tries to log a caller in, and gives what that gives: null for a wrong token or secret.
   *
   * @param addressOf gives the address the request comes from; only asked where it matters
   * @param logIn calls what it is given before it asks the database about something that was never found right before
   * @throws TooManyFailedLogins instead of null, and of a look-up, when too many have failed
   */
  async attempt<T>(addressOf: () => string, logIn: (beforeLookUp: () => void) => Promise<T | null>): Promise<T | null> {
    let looks = 0;
    const found = await logIn(() => {
      this.refuseOver(this.lookUps, addressOf());
      looks++;
    });
    if (found !== null) return found;
    const address = addressOf();
    if (looks > 0) this.lookUps.take(address);
    this.refuseOver(this.failures, address);
    this.failures.take(address);
    return null;
  }

  private refuseOver(allowance: Allowance<string>, address: string): void {
    const seconds = allowance.secondsUntilNext(address);
    if (seconds === 0) return;
    if (this.logged.secondsUntilNext(address) === 0) {
      this.logged.take(address);
      this.logger.warn({ address }, 'too many failed logins');
    }
    throw tooManyFailedLogins(seconds);
  }
}
