/** A value as JSON has it. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type JsonObject = Record<string, Json>;

/**
 * One member of a document before and after. The field is a JSON Pointer (RFC 6901) without its first slash:
 * `payment_status`, `address/city`. `from` is absent where the member was, `to` where it is no longer there.
 */
export interface DocumentChange {
  readonly field: string;
  readonly from?: Json;
  readonly to?: Json;
  /** There where it is the document as a whole that was removed, or came back: its pointer is that of a member named "". */
  readonly isWhole?: true;
}

/** True for a JSON object: not null, not a list. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** True when both denote the same JSON value; the order of members does not matter. */
export function jsonEquals(a: Json, b: Json): boolean {
  if (a === b) return true;
  if (Array.isArray(a)) {
    return Array.isArray(b) && a.length === b.length && a.every((item, at) => jsonEquals(item, b[at] ?? null));
  }
  if (!isJsonObject(a) || !isJsonObject(b)) return false;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && jsonEquals(a[key] ?? null, b[key] ?? null))
  );
}

/**
 * Merges a patch into a document (JSON Merge Patch, RFC 7396, section 2): objects merge, null removes, everything else
 * replaces. Neither is altered; members keep their order and new ones come last.
 */
export function mergeDocument(document: JsonObject, patch: JsonObject): JsonObject {
  const merged = { ...document };
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) {
      Reflect.deleteProperty(merged, key);
      continue;
    }
    const current = Object.hasOwn(merged, key) ? merged[key] : undefined;
    merged[key] = isJsonObject(value) ? mergeDocument(isJsonObject(current) ? current : {}, value) : value;
  }
  return merged;
}

/** What differs between two documents, member by member; empty when they are equal. */
export function changesBetween(before: JsonObject, after: JsonObject, path = ''): DocumentChange[] {
  const changes: DocumentChange[] = [];
  for (const key of Object.keys(before)) {
    const from = before[key] ?? null;
    if (!Object.hasOwn(after, key)) {
      changes.push({ field: path + pointerPart(key), from });
      continue;
    }
    const to = after[key] ?? null;
    // What a merge leaves alone is the same object still, so most members end here.
    if (from === to) continue;
    if (isJsonObject(from) && isJsonObject(to))
      changes.push(...changesBetween(from, to, `${path}${pointerPart(key)}/`));
    else if (!jsonEquals(from, to)) changes.push({ field: path + pointerPart(key), from, to });
  }
  for (const key of Object.keys(after)) {
    if (!Object.hasOwn(before, key)) changes.push({ field: path + pointerPart(key), to: after[key] ?? null });
  }
  return changes;
}

/** One key in a JSON Pointer (RFC 6901, section 3). */
function pointerPart(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1');
}
