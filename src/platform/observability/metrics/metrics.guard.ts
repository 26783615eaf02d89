import { CanActivate, ExecutionContext, Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { tokenRequired } from '../../auth/auth.errors';
import { hashToken, sameHash } from '../../auth/opaque-token';
import { AppConfig } from '../../config/app-config';
import { RouteNotFound } from '../../errors/http.errors';
import { clientAddressOf } from '../../limits/client-address';
import { FailedLogins } from '../../limits/failed-logins';

const BEARER = /^bearer (.{1,4000})$/i;

/** The answer where no METRICS_TOKEN is set. */
export function metricsAreOff(): RouteNotFound {
  return new RouteNotFound('Metrics are switched off here; the operator may set METRICS_TOKEN.');
}

/** Lets those in who know METRICS_TOKEN; without one there is nothing to get in to. */
@Injectable()
export class MetricsGuard implements CanActivate {
  constructor(
    private readonly config: AppConfig,
    private readonly failedLogins: FailedLogins,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const { metricsToken } = this.config;
    if (metricsToken === undefined) throw metricsAreOff();
    const request = context.switchToHttp().getRequest<Request>();
    const { authorization } = request.headers;
    if (authorization === undefined) throw tokenRequired();
    const given = BEARER.exec(authorization)?.[1] ?? '';
    const isRight = sameHash(hashToken(given), hashToken(metricsToken));
    const admitted = await this.failedLogins.attempt(
      () => clientAddressOf(request),
      () => Promise.resolve(isRight || null),
    );
    if (admitted === null) throw tokenRequired();
    return true;
  }
}
