import type { Scope } from './scopes';

/** Who sends a request, as its verified token says. */
export interface Caller {
  /** `client:<id>` or `key:<id>`; stands in job and history records. */
  readonly subject: string;
  readonly company: { readonly ref: number; readonly companyId: string; readonly path: string };
  readonly scopes: ReadonlySet<Scope>;
}
