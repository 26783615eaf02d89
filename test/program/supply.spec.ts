import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(__dirname, '..', '..');
const readJson = (file: string): any => JSON.parse(readFileSync(join(ROOT, file), 'utf8'));

interface LockedPackage {
  readonly path: string;
  readonly name: string;
  readonly version: string;
  readonly integrity?: string;
  readonly resolved?: string;
  readonly link?: true;
  readonly optional?: true;
  readonly os?: readonly string[];
  readonly cpu?: readonly string[];
  readonly hasInstallScript?: true;
}

interface Floor {
  readonly package: string;
  readonly minimum: readonly string[];
  readonly reason: string;
  readonly reads?: string;
}

/** By semantic versioning: numbers by their value, and what comes before a release is older than it. */
function isOlder(version: string, floor: string): boolean {
  const [release = '', ...preview] = version.split('-');
  const order = release.localeCompare(floor, 'en', { numeric: true });
  return order < 0 || (order === 0 && preview.length > 0);
}

const majorOf = (version: string) => version.slice(0, version.indexOf('.'));

/** True for a version below the floor of its major version, or of a major version older than all that have one. */
function isBelow(version: string, minimum: readonly string[]): boolean {
  const own = minimum.find((floor) => majorOf(floor) === majorOf(version));
  if (own !== undefined) return isOlder(version, own);
  return minimum.some((floor) => isOlder(version, floor));
}

const lock = readJson('package-lock.json');
const manifest = readJson('package.json');
const { floors } = readJson('security/dependency-floors.json') as { floors: readonly Floor[] };
const packages: readonly LockedPackage[] = Object.entries<any>(lock.packages)
  .filter(([path]) => path !== '')
  .map(([path, locked]) => ({ ...locked, path, name: locked.name ?? path.replace(/^.*node_modules\//, '') }));
const copiesOf = (name: string) => packages.filter((one) => one.name === name);
const named = (some: readonly LockedPackage[]) => some.map(({ path, version }) => `${path} ${version}`);

describe('a floor', () => {
  it.each<[string, readonly string[], boolean]>([
    ['2.2.9', ['2.3.0'], true],
    ['2.3.0', ['2.3.0'], false],
    ['2.10.0', ['2.3.0'], false],
    ['10.0.0', ['9.1.0'], false],
    ['3.0.0', ['2.3.0'], false],
    ['1.9.9', ['2.3.0'], true],
    ['2.3.0-beta.1', ['2.3.0'], true],
    ['6.3.0', ['6.3.1', '7.5.2'], true],
    ['6.3.2', ['6.3.1', '7.5.2'], false],
    ['7.5.1', ['6.3.1', '7.5.2'], true],
    ['5.9.9', ['6.3.1', '7.5.2'], true],
    ['8.0.0', ['6.3.1', '7.5.2'], false],
    // Between two floors there is no known fix.
    ['3.0.0', ['2.0.2', '4.0.1'], true],
  ])('has %s against %j below it: %s', (version, minimum, below) => expect(isBelow(version, minimum)).toBe(below));
});

describe('the packages of the lock file', () => {
  it('are many, in a lock file npm can check', () => {
    expect(lock.lockfileVersion).toBe(3);
    expect(packages.length).toBeGreaterThan(500);
    expect(lock.packages[''].dependencies).toEqual(manifest.dependencies);
    expect(lock.packages[''].devDependencies).toEqual(manifest.devDependencies);
  });

  it('are none of them below its floor, in whatever folder a copy stands', () => {
    const old = floors.flatMap(({ package: name, minimum, reason }) =>
      copiesOf(name)
        .filter(({ version }) => isBelow(version, minimum))
        .map(({ path, version }) => `${path} ${version} is older than ${minimum.join(' or ')}: ${reason}`),
    );
    expect(old).toEqual([]);
  });

  it('hold every package that has a floor; one that is gone needs none', () => {
    expect(floors.filter(({ package: name }) => copiesOf(name).length === 0)).toEqual([]);
    expect(new Set(floors.map(({ package: name }) => name)).size).toBe(floors.length);
    for (const { reason } of floors) expect(reason).toMatch(/CVE-\d{4}-\d+|tried/);
  });

  it('have a floor where they read zip, XML and forms, and there are no others for that', () => {
    const readers = (kind: string) => floors.filter(({ reads }) => reads === kind).map((floor) => floor.package);
    expect(readers('zip')).toEqual(['yauzl', 'yazl']);
    expect(readers('XML')).toEqual(['saxes']);
    expect(readers('multipart')).toEqual(['multer', 'busboy']);
    const others =
      /^(adm-zip|jszip|unzipper|exceljs|xlsx|node-xlsx|fast-xml-parser|xml2js|libxmljs2?|formidable|dicer)$/;
    expect(Object.keys(manifest.dependencies).filter((name) => others.test(name))).toEqual([]);
  });

  it('name no address to download from', () => {
    expect(named(packages.filter(({ resolved, link }) => resolved !== undefined && link !== true))).toEqual([]);
    expect(readFileSync(join(ROOT, '.npmrc'), 'utf8')).toContain('omit-lockfile-registry-resolved=true');
    const elsewhere = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies }).filter(
      ([, range]) => !/^[\^~]?\d+(\.\d+)*$/.test(String(range)),
    );
    expect(elsewhere).toEqual([]);
  });

  it('have a checksum each; only optional builds for other machines may be without', () => {
    const unchecked = packages.filter(({ integrity, link }) => link !== true && integrity === undefined);
    const needed = unchecked.filter(({ optional, os }) => optional !== true || os === undefined);
    expect(named(needed)).toEqual([]);
    const here = unchecked.filter(
      ({ os = [], cpu = [] }) => os.includes('linux') && cpu.includes('x64') && process.platform === 'linux',
    );
    expect(named(here)).toEqual([]);
    const weak = packages.filter(({ integrity }) => integrity !== undefined && !integrity.startsWith('sha512-'));
    expect(named(weak)).toEqual([]);
  });

  it('run no script when they are installed but those that were decided on', () => {
    const withScript = [...new Set(packages.filter((one) => one.hasInstallScript === true).map(({ name }) => name))];
    expect(withScript.sort()).toEqual(Object.keys(manifest.allowScripts).sort());
    const allowed = Object.entries(manifest.allowScripts).filter(([, isAllowed]) => isAllowed === true);
    expect(allowed.map(([name]) => name)).toEqual(['better-sqlite3']);
    for (const script of ['preinstall', 'install', 'postinstall', 'prepare']) {
      expect(manifest.scripts).not.toHaveProperty(script);
    }
  });
});
