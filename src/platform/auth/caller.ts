import { scopeMissing } from './auth.errors';
import type { Scope } from './scopes';

/** Who sends a request, as its verified token says. */
export interface Caller {
  /** `client:<id>` or `key:<id>`; stands in job and history records. */
  readonly subject: string;
  readonly company: { readonly ref: number; readonly companyId: string; readonly path: string };
  readonly scopes: ReadonlySet<Scope>;
}

/** @throws Forbidden naming the scope that the token of the caller lacks. */
export function requireScope(caller: Caller, scope: Scope): void {
  if (!caller.scopes.has(scope)) throw scopeMissing(scope);
}
