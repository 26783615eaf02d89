import { BeforeApplicationShutdown, Injectable } from '@nestjs/common';
import { DatabaseProbe } from '../database/database-probe';
import { DependencyUnavailable } from '../errors/http.errors';

const DATABASE_PATIENCE_MS = 1_500;

/** Tells whether the service can do its work at the moment. */
@Injectable()
export class Readiness implements BeforeApplicationShutdown {
  private stopping = false;

  constructor(private readonly database: DatabaseProbe) {}

  beforeApplicationShutdown(): void {
    this.stopping = true;
  }

  /** @throws DependencyUnavailable while stopping, or when the database does not answer within 1.5 s. */
  async check(): Promise<void> {
    if (this.stopping) throw new DependencyUnavailable('The service is stopping.', { retryAfterSeconds: 5 });
    try {
      await this.database.ask(DATABASE_PATIENCE_MS);
    } catch (cause) {
      throw new DependencyUnavailable('The database does not answer.', { cause, retryAfterSeconds: 2 });
    }
  }
}
