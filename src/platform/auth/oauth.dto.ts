import { IsOptional, IsString, MaxLength } from 'class-validator';

/** Form of `POST /oauth/token` (RFC 6749 section 4.4). The client names itself here or by HTTP Basic. */
export class TokenRequest {
  /**
   * The only grant this service knows.
   * @example 'client_credentials'
   */
  @IsString()
  @MaxLength(100)
  grant_type: string;

  @IsOptional()
  @IsString()
  @MaxLength(200)
  client_id?: string;

  @IsOptional()
  @IsString()
  @MaxLength(200)
  client_secret?: string;

  /**
   * Scopes wanted, separated by blanks; all the client holds when absent.
   * @example 'customers:read customers:write'
   */
  @IsOptional()
  @IsString()
  @MaxLength(255)
  scope?: string;
}

/** Answer of `POST /oauth/token` (RFC 6749 section 5.1). */
export class TokenResponse {
  access_token: string;

  /** @example 'Bearer' */
  token_type: 'Bearer';

  /**
   * Seconds the token is good for.
   * @example 1800
   */
  expires_in: number;

  /** @example 'customers:read customers:write jobs:read jobs:write' */
  scope: string;
}
