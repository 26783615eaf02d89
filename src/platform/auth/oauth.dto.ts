import { ApiProperty } from '@nestjs/swagger';
import { IsOptional, IsString, MaxLength } from 'class-validator';
import { ApiInt } from '../openapi/api-schema';

/** Form of `POST /oauth/token` (RFC 6749 section 4.4). The client names itself here or by HTTP Basic. */
export class TokenRequest {
  /**
   * The only grant this service knows.
   * @example 'client_credentials'
   */
  @ApiProperty({ enum: ['client_credentials'] })
  @IsString()
  @MaxLength(100)
  grant_type: string;

  /**
   * Id of the client; leave it out with HTTP Basic.
   * @example 'client_02b07dae9c4dd69466782c73'
   */
  @IsOptional()
  @IsString()
  @MaxLength(200)
  client_id?: string;

  /** Secret of the client; leave it out with HTTP Basic. */
  @IsOptional()
  @IsString()
  @MaxLength(200)
  client_secret?: string;

  /**
   * Scopes wanted, separated by blanks. When absent, all the client holds except `customers:pii`, which must be named.
   * @example 'customers:read customers:write'
   */
  @IsOptional()
  @IsString()
  @MaxLength(255)
  scope?: string;
}

/** Answer of `POST /oauth/token` (RFC 6749 section 5.1). */
export class TokenResponse {
  /**
   * Signed token to send as `Authorization: Bearer …`.
   * @example 'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJjbGllbnRfMDJiMDdkYWU5YzRkZDY5NDY2NzgyYzczIn0.3g9J5c7KaUKAed9M2-_hgdq9dJ42II9rcPW_cIhSRqk'
   */
  access_token: string;

  /** @example 'Bearer' */
  @ApiProperty({ enum: ['Bearer'] })
  token_type: 'Bearer';

  /**
   * Seconds the token is good for.
   * @example 1800
   */
  @ApiInt()
  expires_in: number;

  /**
   * Scopes the token holds.
   * @example 'customers:read customers:write'
   */
  scope: string;
}
