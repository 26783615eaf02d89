import { Global, Module } from '@nestjs/common';
import { AppConfig } from '../../config/app-config';
import { DatabaseMetrics } from './database-metrics';
import { HttpMetrics } from './http-metrics';
import { Metrics } from './metrics';
import { MetricsController } from './metrics.controller';

/** Figures of the service, read at `GET /metrics` by those who know METRICS_TOKEN. */
@Global()
@Module({
  controllers: [MetricsController],
  providers: [
    {
      provide: Metrics,
      inject: [AppConfig],
      useFactory: ({ metricsToken }: AppConfig) => Metrics.create(metricsToken !== undefined),
    },
    DatabaseMetrics,
    HttpMetrics,
  ],
  exports: [Metrics, HttpMetrics],
})
export class MetricsModule {}
