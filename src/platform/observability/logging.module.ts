import { Module } from '@nestjs/common';
import type { ServerResponse, IncomingMessage } from 'node:http';
import { LoggerModule } from 'nestjs-pino';
import { AuthenticatedRequest } from '../auth/auth.decorators';
import { AppConfig } from '../config/app-config';
import { requestIdOf } from '../http/request-id';
import { routeOf } from '../http/route-of';
import { serializeError } from './error.serializer';

/** What pino-http tells of a request that is over. */
interface Finished {
  /** Milliseconds. */
  readonly ms: number;
  /** Of one that failed. */
  readonly err?: unknown;
}

function factsOf(request: IncomingMessage, response: ServerResponse): object {
  const { method, caller } = request as AuthenticatedRequest;
  return {
    method,
    route: routeOf(request as AuthenticatedRequest),
    status: response.statusCode,
    caller: caller?.subject,
    company: caller?.company.companyId,
  };
}

/**
 * JSON logs, one line per event, UTC. What is logged of a request is listed here and nothing else is: method, route,
 * status, time taken, request id, caller and company. Bodies, headers, queries and cells never are.
 */
@Module({
  imports: [
    LoggerModule.forRootAsync({
      inject: [AppConfig],
      useFactory: (config: AppConfig) => ({
        // The root path is mounted with `use`, before any path is decoded: requests with a malformed one are logged too.
        forRoutes: ['/'],
        pinoHttp: {
          level: config.logLevel,
          timestamp: () => `,"time":"${new Date().toISOString()}"`,
          base: null,
          genReqId: requestIdOf,
          // Without this pino serializes errors its own way, message included, before ours sees them.
          wrapSerializers: false,
          serializers: { req: () => undefined, res: () => undefined, err: serializeError },
          quietReqLogger: true,
          customAttributeKeys: { reqId: 'requestId', responseTime: 'ms' },
          customLogLevel: (_request, response) => (response.statusCode >= 500 ? 'error' : 'info'),
          customSuccessMessage: () => 'request',
          customErrorMessage: () => 'request',
          // Not by `customProps`: those make two more loggers for each request.
          quietResLogger: true,
          customSuccessObject: (request, response, { ms }: Finished) => ({ ...factsOf(request, response), ms }),
          customErrorObject: (request, response, _error, { err, ms }: Finished) => {
            return { ...factsOf(request, response), err, ms };
          },
        },
      }),
    }),
  ],
})
export class LoggingModule {}
