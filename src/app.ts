import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import helmet from 'helmet';
import { AppModule } from './app.module';
import { setUpDocumentation } from './documentation';
import { AppConfig } from './platform/config/app-config';
import { loadConfig } from './platform/config/load-config';
import { trustedProxiesOf } from './platform/config/trusted-proxies.validator';
import { FamilyRegistry } from './platform/errors/family.registry';
import type { Extension } from './platform/extensions/rollbook-extension';
import { PUBLIC_URL_SETTING } from './platform/http/base-url';
import { answerClientErrors } from './platform/http/client-error';
import { refuseExpectations, takeExpectations } from './platform/http/expectation';
import { forbidStoring } from './platform/http/forbid-storing';
import { refuseMissingHosts, takeMissingHosts } from './platform/http/host-header';
import { rememberRequest } from './platform/http/request-context';
import { assignRequestId } from './platform/http/request-id';
import { AppLogger } from './platform/observability/app.logger';
import { HttpMetrics } from './platform/observability/metrics/http-metrics';
import { createValidationPipe } from './platform/validation/validation.pipe';

const HEADERS_TIMEOUT_MS = 15_000;
const KEEP_ALIVE_MS = 65_000;

export interface AppOptions {
  readonly config?: AppConfig;
  /** Modules that add to the service without a change of its files, besides those in `src/extensions`. */
  readonly extensions?: readonly Extension[];
}

/**
 * Builds the service, ready to listen. Used by `main`, the tests, the command line and the OpenAPI document, so that all
 * of them meet the same limits, pipes and errors.
 */
export async function createApp(options: AppOptions = {}): Promise<NestExpressApplication> {
  const config = options.config ?? loadConfig();
  const app = await NestFactory.create<NestExpressApplication>(AppModule.register(config, options.extensions), {
    bodyParser: false,
    bufferLogs: true,
    abortOnError: false,
  });
  app.useLogger(app.get(AppLogger));
  app.useGlobalPipes(createValidationPipe());
  app.disable('x-powered-by');
  app.disable('etag');
  if (config.publicUrl !== undefined) app.set(PUBLIC_URL_SETTING, config.publicUrl);
  if (config.trustProxy !== undefined) app.set('trust proxy', trustedProxiesOf(config.trustProxy));
  app.use(assignRequestId);
  if (config.metricsToken !== undefined) app.use(app.get(HttpMetrics).watch);
  app.use(rememberRequest);
  app.use(forbidStoring);
  app.use(helmet({ contentSecurityPolicy: { directives: { 'upgrade-insecure-requests': null } } }));
  app.use(refuseExpectations, refuseMissingHosts);
  if (!config.isProduction) setUpDocumentation(app);
  const server = app.getHttpServer();
  answerClientErrors(server, app.get(FamilyRegistry));
  takeExpectations(server);
  takeMissingHosts(server);
  server.headersTimeout = HEADERS_TIMEOUT_MS;
  server.requestTimeout = config.receiveTimeoutSeconds * 1000;
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  app.enableShutdownHooks();
  return app;
}
