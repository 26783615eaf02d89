import { setTimeout as sleep } from 'node:timers/promises';
import { CredentialService } from '../../src/platform/auth/credential.service';
import { newOpaqueToken } from '../../src/platform/auth/opaque-token';
import { SCOPES } from '../../src/platform/auth/scopes';
import type { Company } from '../../src/platform/companies/company.entity';
import { forge } from '../platform/auth.fixtures';
import type { RunningService } from '../support/service';

/** So long after a revocation no token of it may work any more. */
const REVOKED_AFTER_MS = 1_000;

/** Tokens that open nothing, each for another reason; all of them would hold every scope of the company. */
export async function makeRefusedTokens(service: RunningService, company: Company): Promise<Record<string, string>> {
  const credentials = service.app.get(CredentialService);
  const { key, keyId } = await credentials.createKey(company, 'revoked', SCOPES);
  const client = await credentials.createClient(company, 'live', SCOPES);
  const gone = await credentials.createClient(company, 'revoked', SCOPES);
  const scope = SCOPES.join(' ');
  const past = Math.floor(Date.now() / 1000) - 1;
  await credentials.revoke(keyId);
  await credentials.revoke(gone.clientId);
  await sleep(REVOKED_AFTER_MS);
  const last = key.endsWith('0') ? '1' : '0';
  return {
    'no token at all': 'x',
    'a forged checksum': key.slice(0, -1) + last,
    'a key nobody was given': newOpaqueToken('rbk'),
    'a revoked key': key,
    'an expired access token': forge(service, client.clientId, { payload: { scope, exp: past } }),
    'an access token of a revoked client': forge(service, gone.clientId, { payload: { scope } }),
    'an access token under another key': forge(service, client.clientId, {
      payload: { scope },
      key: Buffer.alloc(32, 1),
    }),
    'the secret of a client': client.clientSecret,
  };
}
