import { Module } from '@nestjs/common';
import { GracefulStop } from '../http/graceful-stop';
import { AppLogger } from './app.logger';
import { HealthController } from './health.controller';
import { LoggingModule } from './logging.module';
import { MetricsModule } from './metrics/metrics.module';
import { Readiness } from './readiness';

/** Logs, health and figures. */
@Module({
  imports: [LoggingModule, MetricsModule],
  controllers: [HealthController],
  providers: [AppLogger, GracefulStop, Readiness],
})
export class ObservabilityModule {}
