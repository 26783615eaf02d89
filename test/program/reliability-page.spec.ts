import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(__dirname, '..', '..');
const page = readFileSync(join(ROOT, 'docs', 'reliability.md'), 'utf8');
const security = readFileSync(join(ROOT, 'SECURITY.md'), 'utf8');
const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { scripts: Record<string, string> };

/** Rows of the tables: number, and the cells behind it. */
const rows = page
  .split('\n')
  .map((line) => /^\| ([TC]\d+) +\| (.*) \|$/.exec(line))
  .filter((match) => match !== null)
  .map(([, number = '', cells = '']) => ({ number, cells: cells.split(' | ').map((cell) => cell.trim()) }));
const testRows = rows.filter(({ number }) => number.startsWith('T'));
const controlRows = rows.filter(({ number }) => number.startsWith('C'));

const PENDING = 'to be filled in';
const isPending = ({ cells }: (typeof rows)[number]) => cells.some((cell) => cell.includes(PENDING));

describe('the page of what was tried', () => {
  it('has a row for each test and each control, each once and in order', () => {
    const numbered = (letter: string, count: number) => Array.from({ length: count }, (_, at) => `${letter}${at + 1}`);
    expect(testRows.map(({ number }) => number)).toEqual(numbered('T', 175));
    expect(controlRows.map(({ number }) => number)).toEqual(numbered('C', 48));
  });

  it('says in each row what was tried, how often, with what result, and how to do it again', () => {
    for (const row of testRows) {
      expect([row.number, row.cells.length, row.cells.every((cell) => cell !== '')]).toEqual([row.number, 4, true]);
      if (isPending(row)) continue;
      const [, times = '', result = '', again = ''] = row.cells;
      const isTried = /`(test\/|npm run |npm test)|the whole suite/.test(again);
      // What was not tried says so, and why.
      expect([row.number, isTried || /not (tried|exist)/.test(result)]).toEqual([row.number, true]);
      expect([row.number, /\d|each run|none/.test(times)]).toEqual([row.number, true]);
    }
    for (const row of controlRows) {
      expect([row.number, row.cells.length]).toEqual([row.number, 3]);
      const [, here = '', shown = ''] = row.cells;
      if (isPending(row)) continue;
      expect([row.number, /^(yes|in part: |no: |does not exist here: )/.test(here)]).toEqual([row.number, true]);
      if (/^(yes|in part)/.test(here))
        expect([row.number, shown]).toEqual([row.number, expect.stringMatching(/`test\//)]);
    }
  });

  it('names files and commands that exist, and so does the security page', () => {
    for (const text of [page, security]) {
      const files = [...text.matchAll(/`((?:test|src|chaos|bench|security|docs)\/[^`*…]+)`/g)].map(
        ([, file = '']) => file,
      );
      const links = [...text.matchAll(/\]\(((?!https?:|#)[^)]+)\)/g)].map(([, file = '']) =>
        file.replace(/^\.\.\//, ''),
      );
      expect([...files, ...links].filter((file) => !existsSync(join(ROOT, file)))).toEqual([]);
      const commands = [...text.matchAll(/npm run (?:-s )?([a-z-]+)/g)].map(([, name = '']) => name);
      expect(commands.filter((name) => !(name in scripts))).toEqual([]);
    }
    expect([...page.matchAll(/`test\//g)].length).toBeGreaterThan(100);
  });

  it('has no row that waits to be filled in', () => {
    expect(rows.filter(isPending).map(({ number }) => number)).toEqual([]);
  });
});
