import { CallHandler, ExecutionContext, Injectable, NestInterceptor } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Request } from 'express';
import type { Observable } from 'rxjs';
import { AppConfig } from '../config/app-config';
import { readJsonBody, type JsonBodyRule } from './json-body';
import { JsonBody, type JsonBodyOptions } from './json-body.decorator';
import { hasBody, isJson, readsOwnBody } from './request-body';

/** Keys that reach into the prototype of an object wherever code copies members; class-transformer drops them silently. */
const DANGEROUS_KEYS: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

const STANDARD: JsonBodyRule = { maxBytes: 1024 * 1024, forbiddenKeys: DANGEROUS_KEYS };

/**
 * Reads JSON bodies, behind the guards: who may not come in makes no work. Before the pipes, which find it in
 * `request.body`.
 */
@Injectable()
export class JsonBodyInterceptor implements NestInterceptor {
  private readonly bulk: JsonBodyRule;

  constructor(
    private readonly reflector: Reflector,
    config: AppConfig,
  ) {
    this.bulk = { maxBytes: config.maxJsonBytes, forbiddenKeys: new Set() };
  }

  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const request = context.switchToHttp().getRequest<Request>();
    if (hasBody(request) && isJson(request) && !readsOwnBody(this.reflector, context)) {
      request.body = await readJsonBody(request, this.ruleOf(context));
    }
    return next.handle();
  }

  private ruleOf(context: ExecutionContext): JsonBodyRule {
    const options = this.reflector.getAllAndOverride<JsonBodyOptions | undefined>(JsonBody, [
      context.getHandler(),
      context.getClass(),
    ]);
    return options?.limit === 'bulk' ? this.bulk : STANDARD;
  }
}
