import { ArgumentsHost, Catch, ExceptionFilter, HttpException } from '@nestjs/common';
import type { Request, Response } from 'express';
import { PinoLogger } from 'nestjs-pino';
import { SecurityEvents } from '../audit/security-events';
import { baseUrlOf } from '../http/base-url';
import { requestIdOf } from '../http/request-id';
import { answerUnread } from '../http/unread-body';
import { allowedMethods } from './allowed-methods';
import { RenderedError } from './api-family';
import { AppError } from './app-error';
import { FamilyRegistry } from './family.registry';
import { MethodNotAllowed } from './http.errors';
import { toAppError } from './to-app-error';

/** Statuses for which HTTP or the contract wants a `Retry-After`. */
const RETRY_LATER = new Set([429, 503]);
const DEFAULT_RETRY_SECONDS = 5;

/** `WWW-Authenticate` by error code: the token route wants a client's credentials, every other route a token. */
const CHALLENGES: Readonly<Record<string, string>> = { INVALID_CLIENT: 'Basic realm="rollbook"' };
const DEFAULT_CHALLENGE = 'Bearer realm="rollbook"';

/**
 * The one exception filter of the service: classify -> family by URL -> log -> headers -> body. It answers whatever was
 * thrown anywhere, and never with anything but a contract body.
 */
@Catch()
export class ErrorFilter implements ExceptionFilter {
  constructor(
    private readonly families: FamilyRegistry,
    private readonly logger: PinoLogger,
    private readonly security: SecurityEvents,
  ) {
    logger.setContext(ErrorFilter.name);
  }

  catch(thrown: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<Request>();
    const response = host.switchToHttp().getResponse<Response>();
    const error = this.classify(thrown, request, response);
    this.log(error);
    this.security.noteRefusal(request, error);
    if (response.headersSent) {
      // A download broke in the middle: cutting the connection is the only way left to say so.
      response.destroy();
      return;
    }
    if (error.errorType === 'UNAUTHORIZED') {
      response.setHeader('WWW-Authenticate', CHALLENGES[error.code] ?? DEFAULT_CHALLENGE);
    }
    if (RETRY_LATER.has(error.status) || error.retryAfterSeconds !== undefined) {
      response.setHeader('Retry-After', String(error.retryAfterSeconds ?? DEFAULT_RETRY_SECONDS));
    }
    response.setHeader('X-Error-Type', error.errorType);
    const { status, body } = this.render(error, request);
    answerUnread(request, response.status(status), body).catch((cause: unknown) => {
      this.logger.error({ err: cause }, 'sending an error failed');
      response.destroy();
    });
  }

  private classify(thrown: unknown, request: Request, response: Response): AppError {
    const isUnmatched = thrown instanceof HttpException && thrown.getStatus() === 404;
    if (isUnmatched) {
      const methods = allowedMethods(request);
      // A route that was reached may say itself that there is nothing.
      const isReached = methods.includes(request.method === 'HEAD' ? 'GET' : request.method);
      if (methods.length > 0 && !isReached) {
        response.setHeader('Allow', methods.join(', '));
        return new MethodNotAllowed(`This route takes ${methods.join(', ')}, not ${request.method}.`);
      }
    }
    return toAppError(thrown);
  }

  private log(error: AppError): void {
    const { code, errorType, status } = error;
    if (status >= 500) this.logger.error({ code, errorType, status, err: error.cause ?? error }, 'request failed');
    else this.logger.info({ code, errorType, status }, 'request refused');
  }

  private render(error: AppError, request: Request): RenderedError {
    try {
      const context = { requestId: requestIdOf(request), at: new Date(), baseUrl: baseUrlOf(request) };
      return this.families.of(request.path).render(error, context);
    } catch (cause) {
      this.logger.error({ err: cause }, 'rendering an error failed');
      return { status: 500, body: { error: 'An unexpected error occurred' } };
    }
  }
}
