import type { OpenAPIObject } from '@nestjs/swagger';

/** What a newcomer reads first. */
export const API_INTRODUCTION = `Takes customer data in bulk and never loses a row: every row of a file is applied or comes back with its reason.

**Get a token.** Outside production, \`DATA_DIR/demo.json\` (by default \`data/demo.json\`) holds a \`token\`, a \`clientId\` with its \`clientSecret\`, and some \`customerIds\` to try. For a company of your own: \`npm run cli -- key create --company CEK… --name "my key"\`. Then press **Authorize** and paste the token.

**Headers.** Every answer carries \`X-Request-Id\` (send your own to find a call in the log again); every error carries \`X-Error-Type\`, one of nine classes, whatever the body of the API family looks like.`;

/** Help inside the "Authorize" dialog. */
export const AUTHORIZE = {
  bearer:
    'Paste the `token` of `demo.json`, an API key, or an access token from `POST /oauth/token`. The word "Bearer" is added for you.',
  oauth2:
    'Or let this page fetch an access token: `clientId` and `clientSecret` of `demo.json`, then the scopes you need.',
  basic: 'For `POST /oauth/token` only: client id and secret. For everything else use the next form.',
};

/** Groups of routes in the order of the page. */
export const TAGS: Readonly<Record<string, string>> = {
  'receivables: customers in bulk': 'Create and change customers with a CSV, XLSX or NDJSON file.',
  'receivables: bulk jobs': 'What became of a file, afterwards: counters and result files.',
  'receivables: customers': 'Single customers: create, find, change, activate, history.',
  tokens: 'Access tokens (OAuth 2 client credentials).',
  health: 'For load balancers and operators.',
};

/** The calls most clients come for, in the order a newcomer wants them. */
const MAIN_CALLS = [
  ['post', '/oauth/token', 'exchanges client id and secret for an access token'],
  ['post', '/api/v0/customer/bulk/update', 'changes customers from a file'],
  ['put', '/api/v0/customer/activate/{customerId}', 'activates a customer'],
  ['post', '/customers/bulk/sourceId', 'creates or changes customers by source id'],
  ['put', '/api/v1/customer-data/bulk', 'changes records of a campaign'],
  ['get', '/api/v0/bulk/jobs/{jobId}', 'tells what became of a file'],
] as const;

/** The main calls that a document has, as a list. */
export function describeMainCalls({ paths }: OpenAPIObject): string {
  const lines = MAIN_CALLS.filter(([method, path]) => paths[path]?.[method] !== undefined).map(
    ([method, path, words]) => `- \`${method.toUpperCase()} ${path}\` ${words}`,
  );
  return ['**The main calls.**', '', ...lines].join('\n');
}
