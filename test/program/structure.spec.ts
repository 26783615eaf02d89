import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

const SRC = join(__dirname, '..', '..', 'src');
const MOST_LINES = 300;

interface SourceFile {
  /** Path below src, without its ending. */
  readonly name: string;
  readonly text: string;
  /** Files below src it imports. */
  readonly inner: readonly string[];
  /** Packages it imports. */
  readonly packages: readonly string[];
}

const IMPORT =
  /^(?:import|export)\b[^;'"]*?from\s+['"]([^'"]+)['"]|^import\s+['"]([^'"]+)['"]|\b(?:import|require)\(\s*['"]([^'"]+)['"]/gm;

const files: readonly SourceFile[] = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts'))
  .map((path) => {
    const text = readFileSync(join(SRC, path), 'utf8');
    const imported = [...text.matchAll(IMPORT)].map((match) => match[1] ?? match[2] ?? match[3] ?? '');
    const inner = imported
      .filter((name) => name.startsWith('.'))
      .map((name) => relative(SRC, join(SRC, dirname(path), name)));
    return {
      name: path.replace(/\.ts$/, ''),
      text,
      inner,
      packages: imported.filter((name) => !name.startsWith('.')),
    };
  });

const areaOf = (name: string) => (name.includes('/') ? name.slice(0, name.indexOf('/')) : '(root)');

/** Who may import whom; an area may always import itself. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  platform: [],
  families: ['platform'],
  customer: ['platform', 'families'],
  bulk: ['platform', 'families', 'customer'],
  campaign: ['platform', 'families', 'bulk'],
  demo: ['platform', 'families', 'customer', 'bulk', 'campaign'],
  '(root)': ['platform', 'families', 'customer', 'bulk', 'campaign', 'demo'],
};
const EXTENSION_API = 'extension-api';

/** What the living example of an extension imports, as paths below src. */
const ACME = join(__dirname, '..', 'extension', 'acme');
const acmeImports: readonly string[] = readdirSync(ACME, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts'))
  .flatMap((path) => {
    const text = readFileSync(join(ACME, path), 'utf8');
    const imported = [...text.matchAll(IMPORT)].map((match) => match[1] ?? match[2] ?? match[3] ?? '');
    return imported
      .filter((name) => name.startsWith('.'))
      .map((name) => join(ACME, dirname(path), name))
      .filter((name) => !name.startsWith(ACME))
      .map((name) => relative(SRC, name));
  });

describe('the house', () => {
  it('was read: each area has files, and imports between files were found', () => {
    for (const area of Object.keys(MAY_IMPORT)) expect(files.some(({ name }) => areaOf(name) === area)).toBe(true);
    expect(files.flatMap(({ inner }) => inner).length).toBeGreaterThan(300);
    const known = new Set(files.map(({ name }) => name));
    const missing = files.flatMap(({ name, inner }) =>
      inner.filter((to) => !known.has(to)).map((to) => `${name} -> ${to}`),
    );
    expect(missing).toEqual([]);
  });

  it('has no room that is not on the plan', () => {
    const unknown = files
      .map(({ name }) => areaOf(name))
      .filter((area) => !(area in MAY_IMPORT) && area !== 'extensions');
    expect([...new Set(unknown)]).toEqual([]);
  });

  it('is imported downwards only', () => {
    const ours = files.filter(({ name }) => areaOf(name) !== 'extensions');
    const wrong = ours.flatMap(({ name, inner }) => {
      const own = areaOf(name);
      const allowed = [own, ...(MAY_IMPORT[own] ?? [])];
      return inner.filter((to) => !allowed.includes(areaOf(to))).map((to) => `${name} -> ${to}`);
    });
    expect(wrong).toEqual([]);
  });

  it('lets extensions import the extension API only, and nobody else import it', () => {
    const ofExtensions = files.filter(({ name }) => areaOf(name) === 'extensions');
    const foreign = ofExtensions.flatMap(({ name, inner }) => {
      const folder = name.split('/').slice(0, 2).join('/');
      return inner.filter((to) => to !== EXTENSION_API && !to.startsWith(`${folder}/`)).map((to) => `${name} -> ${to}`);
    });
    expect(foreign).toEqual([]);
    const users = files.filter(({ name, inner }) => areaOf(name) !== 'extensions' && inner.includes(EXTENSION_API));
    expect(users.map(({ name }) => name)).toEqual([]);
    expect([...new Set(acmeImports)]).toEqual([EXTENSION_API]);
  });

  it('lets typeorm into entities, repositories, migrations and platform/database only', () => {
    const allowed = /^platform\/database\/|\.entity$|\.repository$|\/migrations\//;
    const wrong = files.filter(({ name, packages }) => packages.includes('typeorm') && !allowed.test(name));
    expect(wrong.map(({ name }) => name)).toEqual([]);
  });

  it('goes from controller to service to repository, skipping nothing', () => {
    const wrong = files.flatMap(({ name, inner }) => {
      const forbidden = name.endsWith('.controller')
        ? /\.repository$|platform\/database\//
        : /\.service$|\.guard$/.test(name)
          ? /\.controller$/
          : name.endsWith('.repository')
            ? /\.service$|\.controller$/
            : name.endsWith('.entity')
              ? /\.repository$|\.service$|\.controller$|\.module$/
              : null;
      return inner.filter((to) => forbidden?.test(to)).map((to) => `${name} -> ${to}`);
    });
    expect(wrong).toEqual([]);
  });

  it('has no import cycles', () => {
    const imports = new Map(files.map(({ name, inner }) => [name, inner]));
    const done = new Set<string>();
    const cycles: string[] = [];
    const visit = (name: string, path: readonly string[]): void => {
      if (path.includes(name)) cycles.push([...path.slice(path.indexOf(name)), name].join(' -> '));
      if (path.includes(name) || done.has(name)) return;
      for (const next of imports.get(name) ?? []) visit(next, [...path, name]);
      done.add(name);
    };
    for (const { name } of files) visit(name, []);
    expect(cycles).toEqual([]);
  });

  it('needs no forwardRef', () => {
    expect(files.filter(({ text }) => text.includes('forwardRef')).map(({ name }) => name)).toEqual([]);
  });

  it('has no barrel but the one for extensions', () => {
    const barrels = files.filter(
      ({ name, text }) => name !== 'extension-api' && /^export\s+(\*|\{[^}]*\})\s+from\b/m.test(text),
    );
    expect(barrels.map(({ name }) => name)).toEqual([]);
  });

  it(`has no file of more than ${MOST_LINES} lines`, () => {
    const long = files.filter(({ text }) => text.split('\n').length - 1 > MOST_LINES);
    expect(long.map(({ name }) => name)).toEqual([]);
  });

  it('has names that say what a file holds', () => {
    const empty = /(^|[/.-])(utils?|helpers?|common|base|manager|impl|data|info)([.-]|$)/;
    const names = files.map(({ name }) => name.slice(name.lastIndexOf('/') + 1));
    expect(names.filter((name) => empty.test(name) && name !== 'base-url')).toEqual([]);
    expect(names.filter((name) => !/^[a-z0-9-]+(\.[a-z0-9-]+)*$/.test(name))).toEqual([]);
  });

  it('is at most three folders deep', () => {
    expect(files.map(({ name }) => name).filter((name) => name.split('/').length > 4)).toEqual([]);
  });
});
