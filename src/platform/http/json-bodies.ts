import { ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Response } from 'express';
import type { AuthenticatedRequest } from '../auth/auth.decorators';
import { AppConfig } from '../config/app-config';
import { LargeBodies } from '../limits/large-bodies';
import { readJsonBody, type JsonBodyRule } from './json-body';
import { JsonBody, type JsonBodyOptions } from './json-body.decorator';
import { hasBody, isJson, readsOwnBody } from './request-body';

/** Keys that reach into the prototype of an object wherever code copies members; class-transformer drops them silently. */
const DANGEROUS_KEYS: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

const STANDARD: JsonBodyRule = { maxBytes: 1024 * 1024, forbiddenKeys: DANGEROUS_KEYS };

/** Reads JSON bodies, each within the limits of its route. */
@Injectable()
export class JsonBodies {
  private readonly bulk: JsonBodyRule;

  constructor(
    private readonly reflector: Reflector,
    private readonly largeBodies: LargeBodies,
    config: AppConfig,
  ) {
    this.bulk = { maxBytes: config.maxJsonBytes, forbiddenKeys: new Set() };
  }

  /** Reads the body of a request into `request.body`, if it is JSON and the route does not read it itself. */
  async read(context: ExecutionContext): Promise<void> {
    const request = context.switchToHttp().getRequest<AuthenticatedRequest>();
    if (!hasBody(request) || !isJson(request) || readsOwnBody(this.reflector, context)) return;
    const rule = this.ruleOf(context);
    request.body = rule === this.bulk ? await this.readBulk(context, request) : await readJsonBody(request, rule);
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
