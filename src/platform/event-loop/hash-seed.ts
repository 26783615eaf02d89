/** The first release of each line of Node that hashes texts of digits with a secret. */
const FIRST_SEEDED: Readonly<Record<number, readonly [minor: number, patch: number]>> = {
  20: [20, 2],
  22: [22, 2],
  24: [14, 1],
  25: [8, 2],
};
/** Lines that never got it: the odd ones before. Whatever comes behind has it from the start. */
const LAST_LINE = 25;

/**
 * What is wrong with that version of Node, with its remedy, or null: without a secret, who sends a file can choose cells
 * that are digits and all fall into one place of a hash table (CVE-2026-21717), and 60,000 of them take seconds each time
 * they are read.
 *
 * @param version such as `22.22.2`
 */
export function hashSeedWarning(version: string): string | null {
  const [line = 0, minor = 0, patch = 0] = version.split('.').map(Number);
  if (line > LAST_LINE) return null;
  const [firstMinor, firstPatch] = FIRST_SEEDED[line] ?? [Infinity, 0];
  if (minor > firstMinor || (minor === firstMinor && patch >= firstPatch)) return null;
  return (
    `Node ${version}: texts of digits can be chosen so that its hash tables become slow (CVE-2026-21717); ` +
    'run the service on 20.20.2, 22.22.2, 24.14.1 or a newer release of these lines'
  );
}
