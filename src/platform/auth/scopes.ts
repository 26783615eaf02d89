/** What a token may be allowed to do. */
export const SCOPES = [
  'customers:read',
  'customers:write',
  'campaigns:read',
  'campaigns:write',
  'jobs:read',
  'jobs:write',
] as const;

export type Scope = (typeof SCOPES)[number];

/** True for a word of the list above. */
export function isScope(word: string): word is Scope {
  return (SCOPES as readonly string[]).includes(word);
}
