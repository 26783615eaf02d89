import { createHmac } from 'node:crypto';
import { Controller, Get, Module, Param, Post } from '@nestjs/common';
import {
  CurrentCaller,
  OptionalCaller,
  Public,
  RequireScope,
  RequireSignedLinkOrScope,
} from '../../src/platform/auth/auth.decorators';
import type { Caller } from '../../src/platform/auth/caller';
import { AppKeys } from '../../src/platform/config/app-keys';
import type { RunningService } from '../support/service';

/** Routes of every kind of access. */
@Controller('api/v0/test')
class AccessController {
  @Get('unmarked')
  unmarked(): string {
    return 'never reached';
  }

  @Get('public')
  @Public()
  public(): string {
    return 'open';
  }

  @Get('read')
  @RequireScope('customers:read')
  read(@CurrentCaller() { subject, company, scopes }: Caller): object {
    return { subject, companyId: company.companyId, scopes: [...scopes] };
  }

  @Post('write')
  @RequireScope('customers:write')
  write(@CurrentCaller() { subject }: Caller): object {
    return { subject };
  }

  @Get('files/:name')
  @RequireSignedLinkOrScope('jobs:read')
  file(@Param('name') name: string, @OptionalCaller() caller: Caller | null): object {
    return { name, subject: caller?.subject ?? null };
  }
}

@Module({ controllers: [AccessController] })
export class AccessModule {}

const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A JSON Web Token of any make, signed with the service's own key unless told otherwise. */
export function forge(
  service: RunningService,
  clientId: string,
  changes: { header?: object; payload?: object; hash?: string; key?: Buffer } = {},
): string {
  const now = Math.floor(Date.now() / 1000);
  const header = { alg: 'HS256', typ: 'at+jwt', ...changes.header };
  const payload = {
    scope: 'customers:read',
    iat: now,
    exp: now + 600,
    aud: 'rollbook-api',
    iss: 'rollbook',
    sub: clientId,
    ...changes.payload,
  };
  const text = `${encode(header)}.${encode(payload)}`;
  const key = changes.key ?? service.app.get(AppKeys).accessToken;
  return `${text}.${createHmac(changes.hash ?? 'sha256', key)
    .update(text)
    .digest('base64url')}`;
}
