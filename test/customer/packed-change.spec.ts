import { rewritten, toPages, unpacked, unpackedOf } from '../../src/platform/history/packed-change';
import { ChunkPage } from '../../src/platform/history/chunk-page';

const CONTEXT = { companyRef: 1, changedBy: 'key:test', jobId: 'JOB', changedAt: new Date(0) };

async function pagesOf(values: readonly (readonly [ref: number, to: unknown])[]) {
  const page = ChunkPage.of({ ...CONTEXT, at: CONTEXT.changedAt })!;
  const entries = values.map(([ref, to], at) => {
    return { ...CONTEXT, version: at + 1, rowNo: at, ref, changes: [{ field: 'name', from: null, to }] };
  });
  return toPages(page, entries, (entry) => entry.ref);
}

/** Values that look like the end of a change, and the begin of another. */
const HOSTILE = [
  '\n[12,',
  ']\n,[12,1,1,[],null]',
  '"],null],\n[12,',
  '\u2028[12,',
  '\\n[12,',
  '',
  null,
  { '[12,': '\n' },
];

describe('changes in a page', () => {
  it('of a few records are those of all, whatever they tell', async () => {
    const values = HOSTILE.flatMap((to, at): [number, unknown][] => [
      [at + 1, to],
      [12, to],
      [112, to],
    ]);
    const [page] = await pagesOf(values);
    const all = unpacked<any>(page!);
    expect(all.map(({ recordRef, changes }) => [recordRef, changes[0].to])).toEqual(values);
    for (const refs of [[12], [1, 112], [2, 999], [], values.map(([ref]) => ref)]) {
      const wanted = new Set(refs);
      expect(unpackedOf(page!, wanted)).toEqual(all.filter(({ recordRef }) => wanted.has(recordRef)));
    }
  });

  it('are JSON as before, one in a line', async () => {
    const [page] = await pagesOf([
      [5, 'a\nb'],
      [6, 'c'],
    ]);
    expect(JSON.parse(page!.changes)).toHaveLength(2);
    expect(page!.changes.split('\n')).toHaveLength(4);
  });

  it('are found in pages that were written without lines, too', async () => {
    const [page] = await pagesOf([
      [5, 'a'],
      [6, 'b'],
      [5, 'c'],
    ]);
    const old = { changes: JSON.stringify(JSON.parse(page!.changes)) };
    expect(old.changes).not.toContain('\n');
    expect(unpackedOf(old, new Set([5]))).toEqual(unpackedOf(page!, new Set([5])));
    expect(unpackedOf(old, new Set([5]))).toHaveLength(2);
  });

  it('are read as far as they are JSON where somebody altered the page, and refused where not', () => {
    const wanted = new Set([1]);
    expect(unpackedOf({ changes: '[\n[1,2,3,[],null]]' }, wanted)).toHaveLength(1);
    expect(unpackedOf({ changes: '[\n\n]' }, wanted)).toEqual([]);
    for (const changes of ['[\n[1,2,3,[', '[\n', '[\n[1,2,3,[],null],\n[2,']) {
      expect(() => unpackedOf({ changes }, wanted)).toThrow(SyntaxError);
    }
  });

  it('are still found after some were written anew', async () => {
    const [page] = await pagesOf(HOSTILE.map((to, at) => [at + 1, to]));
    const anew = rewritten<any>({ ...page!, id: 1 }, ({ recordRef, changes }) =>
      recordRef === 3 ? [{ field: 'name', from: null, to: null }] : changes,
    );
    const expected = unpacked<any>(page!).map((change) =>
      change.recordRef === 3 ? { ...change, changes: [{ field: 'name', from: null, to: null }] } : change,
    );
    for (const change of expected) expect(unpackedOf(anew, new Set([change.recordRef]))).toEqual([change]);
  });
});
