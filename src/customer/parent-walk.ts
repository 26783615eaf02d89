/**
 * True when one is the other, or stands somewhere above it. A circle that is there already ends the walk.
 *
 * @param start where to begin; null for nobody
 * @param parentOf who stands right above; null for nobody
 */
export function isAbove<T>(one: T, start: T | null, parentOf: (other: T) => T | null): boolean {
  const seen = new Set<T>();
  for (let next = start; next !== null && !seen.has(next); next = parentOf(next)) {
    if (next === one) return true;
    seen.add(next);
  }
  return false;
}
