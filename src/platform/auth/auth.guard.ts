import { CanActivate, ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { Forbidden } from '../errors/http.errors';
import { AccessRates } from '../limits/access-rates';
import { clientAddressOf } from '../limits/client-address';
import { FailedLogins } from '../limits/failed-logins';
import { AuthenticatedRequest, ROUTE_ACCESS, RouteAccess } from './auth.decorators';
import { linkExpired, tokenRequired } from './auth.errors';
import { Caller, requireScope } from './caller';
import type { Scope } from './scopes';
import { SignedLinks } from './signed-link';
import { TokenVerifier } from './token-verifier';

/** RFC 6750 section 2.1; the scheme name is case-insensitive (RFC 9110 section 11.1). Nothing real is longer. */
const BEARER = /^bearer ([A-Za-z0-9._~+/-]+=*)$/i;
const MAX_HEADER_CHARACTERS = 4_096;

/** Decides on every request; a route that does not say how it may be reached is refused. */
@Injectable()
export class AuthGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly verifier: TokenVerifier,
    private readonly links: SignedLinks,
    private readonly failedLogins: FailedLogins,
    private readonly rates: AccessRates,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const access = this.reflector.getAllAndOverride<RouteAccess | undefined>(ROUTE_ACCESS, [
      context.getHandler(),
      context.getClass(),
    ]);
    const request = context.switchToHttp().getRequest<AuthenticatedRequest>();
    if (access?.kind === 'public') return true;
    if (access?.kind === 'signed-link-or-scope' && request.query['signature'] !== undefined) {
      const { expires, signature } = request.query;
      if (this.links.verify(request.path, expires, signature)) return true;
      throw linkExpired();
    }
    request.caller = await this.authenticate(request);
    this.rates.admit(request.caller);
    if (access?.kind !== 'token') this.authorise(request.caller, access?.scope);
    return true;
  }

  private async authenticate(request: AuthenticatedRequest): Promise<Caller> {
    // Node joins repeated Authorization headers to one by keeping the first; the raw list shows a second.
    const count = request.rawHeaders.filter((name, i) => i % 2 === 0 && name.toLowerCase() === 'authorization').length;
    const header = request.headers.authorization ?? '';
    const token = count === 1 && header.length <= MAX_HEADER_CHARACTERS ? BEARER.exec(header)?.[1] : undefined;
    // Who sends none at all has tried nothing.
    if (header === '') throw tokenRequired();
    const caller = await this.failedLogins.attempt(
      () => clientAddressOf(request),
      async (beforeLookUp) => (token === undefined ? null : this.verifier.verify(token, beforeLookUp)),
    );
    if (caller === null) throw tokenRequired();
    return caller;
  }

  private authorise(caller: Caller, scope: Scope | undefined): void {
    if (scope === undefined) throw new Forbidden('This route is not open to any token.');
    requireScope(caller, scope);
  }
}
