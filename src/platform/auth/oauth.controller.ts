import { Body, Controller, Header, Headers, HttpCode, Post } from '@nestjs/common';
import { ApiBasicAuth, ApiConsumes, ApiTags } from '@nestjs/swagger';
import { Public } from './auth.decorators';
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
  @ApiBasicAuth()
  @ApiConsumes('application/x-www-form-urlencoded')
  token(@Body() request: TokenRequest, @Headers('authorization') authorization?: string): Promise<TokenResponse> {
    return this.oauth.grant(request, authorization);
  }
}
