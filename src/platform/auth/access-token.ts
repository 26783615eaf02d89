import { Injectable } from '@nestjs/common';
import { JwtService } from '@nestjs/jwt';
import { AppConfig } from '../config/app-config';
import { AppKeys } from '../config/app-keys';

const ISSUER = 'rollbook';
const AUDIENCE = 'rollbook-api';
/** RFC 9068: marks a JWT as an access token, so that no other signed text passes for one. */
const TYPE = 'at+jwt';

export interface AccessTokenClaims {
  readonly clientId: string;
  readonly scope: string;
}

/** Signs and verifies OAuth access tokens: JWT, HS256 only, issuer, audience and expiry required. */
@Injectable()
export class AccessTokens {
  constructor(
    private readonly jwt: JwtService,
    private readonly keys: AppKeys,
    private readonly config: AppConfig,
  ) {}

  /** Seconds a new token is good for. */
  get ttlSeconds(): number {
    return this.config.tokenTtlSeconds;
  }

  sign({ clientId, scope }: AccessTokenClaims): Promise<string> {
    return this.jwt.signAsync(
      { scope },
      {
        secret: this.keys.accessToken,
        algorithm: 'HS256',
        header: { alg: 'HS256', typ: TYPE },
        issuer: ISSUER,
        audience: AUDIENCE,
        subject: clientId,
        expiresIn: this.ttlSeconds,
      },
    );
  }

  /** Claims of a genuine, current token; null for anything else. */
  async verify(token: string): Promise<AccessTokenClaims | null> {
    try {
      const { header, payload } = await this.jwt.verifyAsync<{
        header: { typ?: string };
        payload: { sub?: unknown; scope?: unknown; exp?: unknown };
      }>(token, {
        secret: this.keys.accessToken,
        algorithms: ['HS256'],
        issuer: ISSUER,
        audience: AUDIENCE,
        complete: true,
      });
      const { sub, scope, exp } = payload;
      if (header.typ !== TYPE || typeof sub !== 'string' || typeof scope !== 'string' || typeof exp !== 'number')
        return null;
      return { clientId: sub, scope };
    } catch {
      return null;
    }
  }
}
