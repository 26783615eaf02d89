import { Column, Entity } from 'typeorm';
import { IdColumn, RefColumn, TimeColumn } from '../database/columns';

/** What OAuth clients and API keys share: whose they are and what they may do. */
abstract class Credential {
  @IdColumn()
  id: number;

  @RefColumn()
  companyRef: number;

  @Column()
  name: string;

  /** Scopes separated by blanks, as in the `scope` of OAuth. */
  @Column()
  scopes: string;

  @TimeColumn()
  createdAt: Date;

  @TimeColumn({ nullable: true })
  revokedAt: Date | null;
}

/** Client of the client-credentials grant. Only the SHA-256 of its secret is kept. */
@Entity('oauth_clients')
export class OAuthClient extends Credential {
  @Column()
  clientId: string;

  @Column()
  secretHash: string;
}

/** Long-lived API key. Only its SHA-256 is kept. */
@Entity('api_keys')
export class ApiKey extends Credential {
  @Column()
  keyId: string;

  @Column()
  keyHash: string;

  @TimeColumn({ nullable: true })
  lastUsedAt: Date | null;
}
