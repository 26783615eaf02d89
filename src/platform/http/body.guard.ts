import { CanActivate, ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Response } from 'express';
import type { AuthenticatedRequest } from '../auth/auth.decorators';
import { AppConfig } from '../config/app-config';
import { UnreadableBody, UnsupportedMediaType } from '../errors/http.errors';
import { LargeBodies } from '../limits/large-bodies';
import { readJsonBody, type JsonBodyRule } from './json-body';
import { JsonBody, type JsonBodyOptions } from './json-body.decorator';
import { hasBody, isJson, readsOwnBody } from './request-body';

/** Keys that reach into the prototype of an object wherever code copies members; class-transformer drops them silently. */
const DANGEROUS_KEYS: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

const STANDARD: JsonBodyRule = { maxBytes: 1024 * 1024, forbiddenKeys: DANGEROUS_KEYS };

/**
 * Refuses a body the route would not read: ignoring it would answer "Success" to a change that never happened. Reads the
 * others into `request.body`, behind the guards that ask who is there: who may not come in makes no work.
 *
 * A guard, not an interceptor: Nest binds each of those to the asynchronous context anew, which takes 4 % of a small
 * request on Node 20.
 */
@Injectable()
export class BodyGuard implements CanActivate {
  private readonly bulk: JsonBodyRule;

  constructor(
    private readonly reflector: Reflector,
    private readonly largeBodies: LargeBodies,
    config: AppConfig,
  ) {
    this.bulk = { maxBytes: config.maxJsonBytes, forbiddenKeys: new Set() };
  }

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<AuthenticatedRequest>();
    if (readsOwnBody(this.reflector, context)) return true;
    if (!hasBody(request)) {
      if (request.method !== 'PATCH') return true;
      throw new UnreadableBody('The request has no body; send the members to change as a JSON object.');
    }
    if (!isJson(request)) {
      throw new UnsupportedMediaType('Send the body as JSON, with the header Content-Type: application/json.');
    }
    const rule = this.ruleOf(context);
    request.body = rule === this.bulk ? await this.readBulk(context, request) : await readJsonBody(request, rule);
    return true;
  }

  /** The body keeps its place until the call is answered: so long it stays in memory. */
  private async readBulk(context: ExecutionContext, request: AuthenticatedRequest): Promise<object> {
    const leave = await this.largeBodies.enter(request, context.switchToHttp().getResponse<Response>());
    try {
      return await readJsonBody(request, this.bulk);
    } catch (error) {
      leave();
      throw error;
    }
  }

  private ruleOf(context: ExecutionContext): JsonBodyRule {
    const options = this.reflector.getAllAndOverride<JsonBodyOptions | undefined>(JsonBody, [
      context.getHandler(),
      context.getClass(),
    ]);
    return options?.limit === 'bulk' ? this.bulk : STANDARD;
  }
}
