import { Module } from '@nestjs/common';
import { GracefulStop } from '../http/graceful-stop';
import { AppLogger } from './app.logger';
import { HealthController } from './health.controller';
import { LoggingModule } from './logging.module';
import { Readiness } from './readiness';

/** Logs and health. */
@Module({ imports: [LoggingModule], controllers: [HealthController], providers: [AppLogger, GracefulStop, Readiness] })
export class ObservabilityModule {}
