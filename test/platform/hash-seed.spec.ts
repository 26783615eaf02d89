import { hashSeedWarning } from '../../src/platform/event-loop/hash-seed';

describe('a version of Node', () => {
  it.each(['20.20.2', '20.21.0', '22.22.2', '24.14.1', '24.22.1', '25.8.2', '26.0.0'])(
    'that hashes texts of digits with a secret is taken in silence: %s',
    (version) => expect(hashSeedWarning(version)).toBeNull(),
  );

  it.each(['18.20.8', '20.19.5', '20.20.1', '21.7.3', '22.22.1', '23.11.1', '24.14.0', '25.8.1'])(
    'that does not is warned of, with the remedy: %s',
    (version) =>
      expect(hashSeedWarning(version)).toBe(
        `Node ${version}: texts of digits can be chosen so that its hash tables become slow (CVE-2026-21717); run the service on 20.20.2, 22.22.2, 24.14.1 or a newer release of these lines`,
      ),
  );
});
