import { Injectable, OnModuleInit } from '@nestjs/common';
import { DatabaseProbe } from '../../database/database-probe';
import { Metrics } from './metrics';

/** Tells how busy the connections to a database server are; an embedded database has none. */
@Injectable()
export class DatabaseMetrics implements OnModuleInit {
  constructor(
    private readonly metrics: Metrics,
    private readonly database: DatabaseProbe,
  ) {}

  onModuleInit(): void {
    this.metrics.gauge(
      {
        name: 'rollbook_database_connections',
        help: 'Connections to the database server by state, and requests that wait for one',
        labels: ['state'],
      },
      () => {
        const use = this.database.poolUse();
        const states = use === null ? [] : Object.entries(use);
        return Promise.resolve(states.map(([state, count]) => [{ state }, count] as const));
      },
    );
  }
}
