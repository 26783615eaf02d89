import { CallHandler, ExecutionContext, Injectable, NestInterceptor, StreamableFile } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Response } from 'express';
import { lastValueFrom, map, Observable, of } from 'rxjs';
import { AuthenticatedRequest, ROUTE_ACCESS, RouteAccess } from '../auth/auth.decorators';
import { AuditTrail } from '../audit/audit-trail';
import { isWriteScope } from '../auth/scopes';
import { familyWordsFor } from '../errors/family-answer';
import { bodyHashOf } from '../http/json-body';
import { JsonBodies } from '../http/json-bodies';
import { routeOf } from '../http/route-of';
import { readsOwnBody } from '../http/request-body';
import { AppliesAsJob } from './applies-as-job.decorator';
import { callNameOf, fingerprintOf } from './call-name';
import { IdempotentCalls, RememberedAnswer } from './idempotent-calls';
import type { Answer } from './stored-answers';

/**
 * Reads the body of a call, behind all guards: who may not come in makes no work. Puts its answer into the words of its
 * family, and honours `Idempotency-Key` on every route that needs a scope to write: what is stored, and sent again, is
 * the very text the family has for it.
 *
 * The one interceptor for all routes, since Nest binds each of them to the asynchronous context anew: that takes 4 % of
 * a small request on Node 20.
 */
@Injectable()
export class CallInterceptor implements NestInterceptor {
  constructor(
    private readonly reflector: Reflector,
    private readonly bodies: JsonBodies,
    private readonly calls: IdempotentCalls,
    private readonly trail: AuditTrail,
  ) {}

  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    await this.bodies.read(context);
    const request = context.switchToHttp().getRequest<AuthenticatedRequest>();
    const words = familyWordsFor(this.reflector, context);
    const name = this.isWrite(context) ? callNameOf(request) : null;
    if (name === null) return words === null ? next.handle() : next.handle().pipe(map(words));
    const response = context.switchToHttp().getResponse<Response>();
    const before = new Set(response.getHeaderNames());
    const work = async () => {
      const given: unknown = await lastValueFrom(next.handle(), { defaultValue: undefined });
      return answerOf(words === null ? given : words(given), response, before);
    };
    const parts = readsOwnBody(this.reflector, context) ? null : [bodyHashOf(request)];
    const fingerprint = (received: readonly (string | null)[]) => fingerprintOf(request, received);
    let answer: RememberedAnswer;
    if (this.reflector.getAllAndOverride<true | undefined>(AppliesAsJob, [context.getHandler(), context.getClass()])) {
      answer = await this.calls.asJob(name, fingerprint, parts, work);
    } else {
      if (parts === null) throw new Error('A route that reads its own body can only be repeated with @AppliesAsJob');
      answer = await this.calls.inTransaction(name, fingerprint(parts), work);
    }
    if (answer.isReplay) await this.noteClearReplay(request);
    return of(prepare(response, name.idempotencyKey, answer));
  }

  /** An answer made for somebody who may see personal numbers may hold such; it is read once more. */
  private async noteClearReplay(request: AuthenticatedRequest): Promise<void> {
    const { caller } = request;
    if (caller?.scopes.has('customers:pii') !== true) return;
    const subject = `${request.method} ${routeOf(request)}`;
    const what = { action: 'answer.replayed', companyRef: caller.company.ref, subject };
    await this.trail.recordApart({ actor: caller.subject, ...what });
  }

  private isWrite(context: ExecutionContext): boolean {
    const handlers = [context.getHandler(), context.getClass()];
    const access = this.reflector.getAllAndOverride<RouteAccess | undefined>(ROUTE_ACCESS, handlers);
    if (access?.kind === 'scope') return isWriteScope(access.scope);
    // What such a route writes, and under which scope, it knows itself; as far as it makes jobs, it says so.
    return (
      access?.kind === 'token' && this.reflector.getAllAndOverride<true | undefined>(AppliesAsJob, handlers) === true
    );
  }
}

/** The answer with that body. Its headers are those that were not there before. */
function answerOf(value: unknown, response: Response, before: ReadonlySet<string>): Answer {
  if (value instanceof StreamableFile) throw new Error('An answer that is a stream cannot be repeated');
  const body = textOf(value, response);
  const own = response.getHeaderNames().filter((header) => !before.has(header));
  const headers = Object.fromEntries(own.map((header) => [header, String(response.getHeader(header))]));
  return { status: response.statusCode, headers, body };
}

/** The text the service would send for a value: a family's own text as it is, anything else as JSON. */
function textOf(value: unknown, response: Response): string {
  if (typeof value === 'string') return value;
  if (value === undefined || value === null) return '';
  response.type('json');
  return JSON.stringify(value);
}

/** Sets status and headers of an answer, and gives its body. */
function prepare(
  response: Response,
  key: string,
  { status, headers, body, isReplay, rememberedUntil }: RememberedAnswer,
): string {
  response.status(status);
  for (const [header, value] of Object.entries(headers)) response.setHeader(header, value);
  if (rememberedUntil !== null) {
    response.setHeader('Idempotency-Key', key);
    response.setHeader('Idempotency-Key-Expires', rememberedUntil.toUTCString());
  }
  if (isReplay) response.setHeader('Idempotent-Replayed', 'true');
  return body;
}
