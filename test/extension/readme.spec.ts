import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const MOST_LINES = 60;
const OMISSION = '// …\n';

const readme = readFileSync(join(__dirname, '..', '..', 'README.md'), 'utf8');
const chapter = /^## Extend it\n.*?(?=^## )/ms.exec(readme)?.[0] ?? '';
const snippets = [...chapter.matchAll(/```ts\n\/\/ (\S+)\n(.*?)```/gs)].map(([, file = '', code = '']) => ({
  file,
  code,
}));

describe('the chapter of the README on extensions', () => {
  it('shows an importer, a format, a field and a family in few lines', () => {
    expect(chapter.split('\n').length).toBeLessThanOrEqual(MOST_LINES);
    expect(snippets.map(({ file }) => file)).toEqual([
      'loyalty.importer.ts',
      'psv.format.ts',
      'tier.field.ts',
      'acme.family.ts',
    ]);
  });

  it.each(snippets)('shows code that is compiled and tested: $file', ({ file, code }) => {
    const text = readFileSync(join(__dirname, 'acme', file), 'utf8');
    const pieces = code.split(OMISSION);
    for (const piece of pieces) expect(text).toContain(piece);
    expect(pieces.join('').length).toBeGreaterThan(100);
  });
});
