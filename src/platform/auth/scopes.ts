/**
 * What a token may be allowed to do. `customers:pii` goes beyond reading customers: it opens their personal numbers, such
 * as the social security number, in full, and all there is about one of them at once. `customers:erase` removes what is
 * stored about a customer for good, which no other write does, or forbids that: so it is a right of its own.
 */
export const SCOPES = [
  'customers:read',
  'customers:write',
  'customers:pii',
  'customers:erase',
  'campaigns:read',
  'campaigns:write',
  'jobs:read',
  'jobs:write',
] as const;

export type Scope = (typeof SCOPES)[number];

const NAMED_ONLY: readonly string[] = ['customers:pii', 'customers:erase'] satisfies readonly Scope[];

/** True for a scope that is given only to those who ask for it by name, so that nobody holds it by accident. */
export function mustBeNamed(scope: string): boolean {
  return NAMED_ONLY.includes(scope);
}

/** What is given when no scopes are named: all but those that must be. */
export const DEFAULT_SCOPES: readonly Scope[] = SCOPES.filter((scope) => !mustBeNamed(scope));

/** True for a scope that allows to change something. */
export function isWriteScope(scope: Scope): boolean {
  return scope.endsWith(':write');
}

/** True for a word of the list above. */
export function isScope(word: string): word is Scope {
  return (SCOPES as readonly string[]).includes(word);
}
