import { Global, Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { JwtModule } from '@nestjs/jwt';
import { ContentTypeGuard } from '../http/content-type.guard';
import { QueryGuard } from '../http/query.guard';
import { AccessTokens } from './access-token';
import { AuthGuard } from './auth.guard';
import { CredentialRepository } from './credential.repository';
import { CredentialService } from './credential.service';
import { OAuthController } from './oauth.controller';
import { OAuthService } from './oauth.service';
import { SignedLinks } from './signed-link';
import { StandingAccess } from './standing-access';
import { StoredTokenVerifier, TokenVerifier } from './token-verifier';

/** Tokens, keys and the guard in front of every route. */
@Global()
@Module({
  imports: [JwtModule.register({})],
  controllers: [OAuthController],
  providers: [
    AccessTokens,
    CredentialRepository,
    CredentialService,
    OAuthService,
    SignedLinks,
    StandingAccess,
    { provide: TokenVerifier, useClass: StoredTokenVerifier },
    // In this order: whoever may not come in learns nothing about what the route reads.
    { provide: APP_GUARD, useClass: AuthGuard },
    { provide: APP_GUARD, useClass: QueryGuard },
    { provide: APP_GUARD, useClass: ContentTypeGuard },
  ],
  exports: [CredentialService, SignedLinks, StandingAccess, TokenVerifier],
})
export class AuthModule {}
