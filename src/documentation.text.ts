import type { OpenAPIObject } from '@nestjs/swagger';

/** What a newcomer reads first. */
export const API_INTRODUCTION = `Takes customer data in bulk and never loses a row: every row of a file and every item of a call is applied or comes back with its reason.

**Three APIs.** *receivables* (\`/api/v0\`) takes files of customers and knows each by its \`customerId\`; *commerce* (\`/customers\`) takes JSON and knows each by \`source\` and \`sourceId\`, or by a numeric \`id\`. Both see one customer book: what is written through one is read and changed through the other. *campaign* (\`/api/v1\`) is apart from it: a campaign holds records of its own, JSON documents known by their \`loan_id\` or \`lead_id\`. They are no customers, and changing one does not touch the other.

**Get a token.** Outside production, \`DATA_DIR/demo.json\` (by default \`data/demo.json\`) holds a \`token\`, a \`clientId\` with its \`clientSecret\`, and some \`customerIds\` and a \`campaignId\` to try. For a company of your own: \`npm run cli -- key create --company CEK… --name "my key"\`. Then press **Authorize** and paste the token.

**Scopes.** Each route names the scope it needs. A token shows social security numbers masked (\`*******1120\`) unless it holds \`customers:pii\`, which is, like \`customers:erase\`, given only to those who ask for it by name: with \`--scopes\` when the key is made, with \`scope\` at \`POST /oauth/token\`, or by its box in the **Authorize** dialog.

**Headers.** Every answer carries \`X-Request-Id\` (send your own to find a call in the log again); every error carries \`X-Error-Type\`, one of nine classes, whatever the body of the API family looks like. Every call that writes takes an \`Idempotency-Key\`: sent again under it, the call takes effect once and gets the first answer again.`;

/** Help inside the "Authorize" dialog. */
export const AUTHORIZE = {
  bearer:
    'Paste the `token` of `demo.json`, an API key, or an access token from `POST /oauth/token`. The word "Bearer" is added for you.',
  oauth2:
    'Or let this page fetch an access token: `clientId` and `clientSecret` of `demo.json`, then the scopes you need.',
  metrics: 'For `GET /metrics` only: what the operator has set as METRICS_TOKEN.',
  basic: 'For `POST /oauth/token` only: client id and secret. For everything else use the next form.',
};

/** Groups of routes in the order of the page. */
export const TAGS: Readonly<Record<string, string>> = {
  'receivables: customers in bulk': 'Create and change customers with a CSV, XLSX or NDJSON file.',
  'receivables: bulk jobs': 'What became of a bulk call of any API, afterwards: counters and result files.',
  'receivables: customers': 'Single customers: create, find, change, activate, history.',
  'commerce: customers in bulk': 'Create and change up to 10,000 customers in one JSON call, by source id or by id.',
  'commerce: customers': 'Single customers by id or source id: create, find, read, change.',
  'commerce: addresses': 'Delivery and invoice addresses of a customer: list, add, change.',
  'campaign: records':
    'Up to 10,000 records of a campaign in one JSON call, or one at a time: add, read, change, history.',
  'campaign: campaigns': 'Campaigns: create, list, read, change, delete.',
  errors: 'What the error numbers of the commerce API mean and what to do about each.',
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
  ['get', '/api/v0/bulk/jobs/{jobId}', 'tells what became of a bulk call'],
] as const;

/** The main calls that a document has, as a list. */
export function describeMainCalls({ paths }: OpenAPIObject): string {
  const lines = MAIN_CALLS.filter(([method, path]) => paths[path]?.[method] !== undefined).map(
    ([method, path, words]) => `- \`${method.toUpperCase()} ${path}\` ${words}`,
  );
  return ['**The main calls.**', '', ...lines].join('\n');
}
