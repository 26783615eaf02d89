import type { Test } from 'supertest';
import type { Scope } from '../../src/platform/auth/scopes';
import type { Api } from '../support/service';
import { CAMPAIGN_ROUTES } from './campaign.routes';
import { COMMERCE_ROUTES } from './commerce.routes';
import { JOB_ROUTES } from './job.routes';
import { OPEN_ROUTES } from './open.routes';
import { ERASING_ROUTES, RECEIVABLES_ROUTES } from './receivables.routes';
import type { RecordKind, RecordNames } from './record-names';

/**
 * Who may call a route: anybody, whoever holds a token with that scope, or whoever holds one or a signed link.
 */
export type Verdict = 'anybody' | Scope | `link or ${Scope}`;

/** What a route promises about its callers. */
export interface RouteVerdict {
  readonly admits: Verdict;
  /** Scope that the call needs besides, because of the record it is about. */
  readonly alsoNeeds?: Scope;
  /** Status of the answer to a right caller about records of its own. */
  readonly answers: number;
  /**
   * Every record that path, query or body can name, with the status of the answer when it is another company's. Where
   * that is below 400, only the row that names it fails.
   */
  readonly names: Partial<Record<RecordKind, number>>;
  /** Calls the route about those records. */
  readonly call: (api: Api, names: RecordNames) => Test;
}

/** Routes by method and path. */
export type RouteTable = Readonly<Record<string, RouteVerdict>>;

/** Every route there is, with those of the example of an extension; the pages of the documentation apart. */
export const ROUTE_TABLE: RouteTable = {
  ...OPEN_ROUTES,
  ...RECEIVABLES_ROUTES,
  ...COMMERCE_ROUTES,
  ...CAMPAIGN_ROUTES,
  ...JOB_ROUTES,
  ...ERASING_ROUTES,
};

/** Open to anybody, and not there in production. */
export const DOCUMENTATION_ROUTES: readonly string[] = [
  'GET /docs',
  'GET /docs/',
  'GET /docs-json',
  'GET /docs-yaml',
  'GET /docs/LICENSE',
  'GET /docs/docs/swagger-ui-init.js',
  'GET /docs/index.html',
  'GET /docs/swagger-ui-init.js',
];

/** Scope a verdict asks for; null for an open route. */
export function scopeOf(verdict: Verdict): Scope | null {
  return verdict === 'anybody' ? null : (verdict.replace('link or ', '') as Scope);
}

/** One test case per route of the table. */
export const ROUTES = Object.entries(ROUTE_TABLE).map(([name, route]) => ({ name, ...route }));
