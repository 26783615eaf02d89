import { Module } from '@nestjs/common';
import { AppLogger } from './app.logger';
import { HealthController } from './health.controller';
import { LoggingModule } from './logging.module';
import { Readiness } from './readiness';

/** Logs and health. */
@Module({ imports: [LoggingModule], controllers: [HealthController], providers: [AppLogger, Readiness] })
export class ObservabilityModule {}
