import { Type } from 'class-transformer';
import { IsIn, IsInt, IsOptional, IsString, IsUrl, Matches, Max, Min } from 'class-validator';
import { IsEncryptionKeys, IsKey } from './encryption-keys.validator';
import { IsFlag } from './flag.validator';
import { IsStrongSecret } from './strong-secret.validator';
import { IsTrustedProxies } from './trusted-proxies.validator';

const KIB = 1024;
const MIB = KIB * KIB;

/**
 * Everything that can be set from outside, typed, with its default. One property per environment variable:
 * `maxUploadBytes` is read from `MAX_UPLOAD_BYTES`.
 */
export class AppConfig {
  /** `production` switches demo data off, makes APP_SECRET mandatory and hides the documentation pages. */
  @IsIn(['development', 'test', 'production'])
  nodeEnv: 'development' | 'test' | 'production' = 'development';

  /** Port to listen on; 0 takes a free one. */
  @Type(() => Number)
  @IsInt()
  @Min(0)
  @Max(65_535)
  port = 3000;

  /** Address to listen on. */
  @IsString()
  host = '127.0.0.1';

  /** Folder of the embedded database, uploads and result files. */
  @IsString()
  dataDir = './data';

  /** MySQL or MariaDB to use instead of the embedded SQLite: `mysql://user:password@host:3306/database`. */
  @IsOptional()
  @Matches(/^(mysql|mariadb):\/\/[^/]+\/[^/?#]+$/, {
    message:
      'must look like mysql://user:password@host:3306/database or mariadb://…, without anything behind it; for TLS set DATABASE_CA',
  })
  databaseUrl?: string;

  /**
   * PEM file with the certificate authorities of the database server, or `system` for those Node knows: the connection is
   * then encrypted, and a server without a valid certificate for its name refused. Default: not encrypted.
   */
  @IsOptional()
  @IsString()
  databaseCa?: string;

  /** Bring the schema up to date at each start. Otherwise the command line does: the service needs no right to. */
  @IsFlag()
  migrateOnStart = true;

  /** Connections kept to MySQL or MariaDB. */
  @Type(() => Number)
  @IsInt()
  @Min(2)
  @Max(500)
  databasePoolSize = 10;

  /** Seconds one step of a request may wait for the database, before it is answered 503. */
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(300)
  databaseTimeoutSeconds = 30;

  /** Address under which callers reach the service; used in links. Default: the Host header of the request. */
  @IsOptional()
  @IsUrl(
    {
      require_tld: false,
      require_protocol: true,
      protocols: ['http', 'https'],
      disallow_auth: true,
      allow_query_components: false,
      allow_fragments: false,
    },
    { message: 'must look like https://api.example.com or https://example.com/path, without anything behind it' },
  )
  publicUrl?: string;

  /**
   * Secret from which the keys for access tokens and download links are derived, and those below that are not given.
   * Made up and kept outside production.
   */
  @IsOptional()
  @IsStrongSecret()
  appSecret?: string;

  /**
   * Keys of encrypted fields, `id:key[,id:key…]`, each 32 bytes in base64: the first seals, all open. Default: one that
   * follows from APP_SECRET; that one opens even when others are given.
   */
  @IsOptional()
  @IsEncryptionKeys()
  encryptionKeys?: string;

  /** Key of the indexes by which encrypted fields are found, 32 bytes in base64. Default: follows from APP_SECRET. */
  @IsOptional()
  @IsKey()
  blindIndexKey?: string;

  /** What `GET /metrics` wants as bearer token. Default: none, and no metrics. */
  @IsOptional()
  @IsStrongSecret()
  metricsToken?: string;

  /** Key of the audit trail, 32 bytes in base64. Default: follows from APP_SECRET. */
  @IsOptional()
  @IsKey()
  auditKey?: string;

  /** Seconds an access token is good for. */
  @Type(() => Number)
  @IsInt()
  @Min(60)
  @Max(86_400)
  tokenTtlSeconds = 1800;

  /** Seconds a link to a result file is good for. */
  @Type(() => Number)
  @IsInt()
  @Min(60)
  @Max(30 * 86_400)
  linkTtlSeconds = 86_400;

  /** Largest file that can be uploaded, in bytes. */
  @Type(() => Number)
  @IsInt()
  @Min(KIB)
  maxUploadBytes = 256 * MIB;

  /** Largest JSON body of a bulk call, in bytes. */
  @Type(() => Number)
  @IsInt()
  @Min(MIB)
  maxJsonBytes = 32 * MIB;

  /** Most data rows in one file. */
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(10_000_000)
  maxRows = 1_048_576;

  /** Seconds one uploaded file may take to be read; it is refused then. */
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(86_400)
  readTimeoutSeconds = 300;

  /** Megabytes of memory one uploaded file may take to be read; it is refused then. */
  @Type(() => Number)
  @IsInt()
  @Min(32)
  @Max(4_096)
  readMemoryMb = 128;

  /** Long bulk jobs (over 10,000 rows) one process works on at a time; others of that size wait their turn. */
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(100)
  concurrentJobs = 4;

  /** Requests one credential may send in a minute, in a burst or evenly; 0 for no limit. */
  @Type(() => Number)
  @IsInt()
  @Min(0)
  @Max(10_000_000)
  ratePerToken = 0;

  /** Requests all credentials of one company may send in a minute together; 0 for no limit. */
  @Type(() => Number)
  @IsInt()
  @Min(0)
  @Max(10_000_000)
  ratePerCompany = 0;

  /** Wrong tokens and client secrets one address may send in a minute before they are answered 429; 0 for no limit. */
  @Type(() => Number)
  @IsInt()
  @Min(0)
  @Max(10_000_000)
  failedLoginsPerMinute = 60;

  /**
   * Proxies whose X-Forwarded-For and X-Forwarded-Proto are believed: how many stand in front, or their addresses and
   * networks. Default: none, the address of a client is that of its connection.
   */
  @IsOptional()
  @IsTrustedProxies()
  trustProxy?: string;

  /** Bodies over 1 MiB that are received and parsed at a time; four times as many wait. 0 for no limit. */
  @Type(() => Number)
  @IsInt()
  @Min(0)
  @Max(10_000)
  largeBodies = 8;

  /** Seconds a request may take to arrive, body included. */
  @Type(() => Number)
  @IsInt()
  @Min(15)
  @Max(86_400)
  receiveTimeoutSeconds = 300;

  /** Jobs of one company that may wait and run at a time; 0 for no limit. */
  @Type(() => Number)
  @IsInt()
  @Min(0)
  @Max(1_000_000)
  jobsPerCompany = 100;

  /** Megabytes the files of one company's jobs may take; with as many no further job is taken. 0 for no limit. */
  @Type(() => Number)
  @IsInt()
  @Min(0)
  @Max(1_000_000_000)
  storedMbPerCompany = 0;

  /** Seconds a bulk call waits for its job before it is answered 202; `Prefer: wait=N` makes it less. */
  @Type(() => Number)
  @IsInt()
  @Min(0)
  @Max(86_400)
  jobWaitSeconds = 120;

  /** Entries shown in successRequests and failureRequests of an answer; the files are always complete. */
  @Type(() => Number)
  @IsInt()
  @Min(0)
  @Max(10_000)
  listedRows = 100;

  /** Days an Idempotency-Key and the answer of its call are kept. */
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(365)
  idempotencyDays = 7;

  /** Days the rows and result files of a job are kept after its end. */
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(3650)
  resultDays = 30;

  /** What pino writes: fatal, error, warn, info, debug, trace or silent. */
  @IsIn(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])
  logLevel = 'info';

  /** Load the demo company, customers and campaign into an empty database. Never in production. */
  @IsFlag()
  demoData = true;

  get isProduction(): boolean {
    return this.nodeEnv === 'production';
  }
}
