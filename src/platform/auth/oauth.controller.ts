import { Body, Controller, Header, HttpCode, Post, Req } from '@nestjs/common';
import { ApiBasicAuth, ApiConsumes, ApiOkResponse, ApiOperation, ApiSecurity, ApiTags } from '@nestjs/swagger';
import type { Request } from 'express';
import { DependencyUnavailable, PayloadTooLarge, UnsupportedMediaType } from '../errors/http.errors';
import { clientAddressOf } from '../limits/client-address';
import { ApiErrors } from '../openapi/api-errors';
import { Public } from './auth.decorators';
import { InvalidClient, InvalidScope, UnsupportedGrantType } from './auth.errors';
import { TokenRequest, TokenResponse } from './oauth.dto';
import { OAuthService } from './oauth.service';

@ApiTags('tokens')
@Controller('oauth')
export class OAuthController {
  constructor(private readonly oauth: OAuthService) {}

  /** Exchanges a client id and secret (form fields or HTTP Basic) for an access token. */
  @Post('token')
  @HttpCode(200)
  @Header('Cache-Control', 'no-store')
  @Public()
  @ApiOperation({ operationId: 'createToken' })
  @ApiBasicAuth()
  @ApiSecurity({})
  @ApiConsumes('application/x-www-form-urlencoded')
  @ApiOkResponse({ description: 'The access token.', type: TokenResponse })
  @ApiErrors(
    new UnsupportedGrantType('grant_type must be client_credentials.'),
    new InvalidScope('The client does not hold every scope it asks for; leave scope out.'),
    new InvalidClient('The client id or secret is not valid.'),
    new PayloadTooLarge('The request body is too large.'),
    new UnsupportedMediaType('The Content-Type or charset of the request is not supported here.'),
    new DependencyUnavailable('The database does not answer at the moment; try again shortly.'),
  )
  token(@Body() form: TokenRequest, @Req() request: Request): Promise<TokenResponse> {
    return this.oauth.grant(form, request.headers.authorization, () => clientAddressOf(request));
  }
}
