import { orderedPublicId, randomPublicId } from '../../src/platform/ids/public-id';

const SECOND = 1_000;
const TODAY = Date.UTC(2026, 10, 28);

describe('a public id', () => {
  it.each([
    ['random', () => randomPublicId('KC', 14)],
    ['ordered', () => orderedPublicId('KC', 14)],
  ])('that is %s has its prefix and capital letters and digits, and is not made twice', (_, make) => {
    const ids = Array.from({ length: 20_000 }, make);
    expect(ids.filter((id) => !/^KC[A-Z0-9]{14}$/.test(id))).toEqual([]);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('that is ordered sorts behind those of earlier seconds, byte for byte', () => {
    const times = [0, 1, 35, 36, 60, 3_600, 86_400, 31_536_000, 60 * 31_536_000].map((add) => TODAY + add * SECOND);
    const ids = times.map((now) => orderedPublicId('KC', 14, now));
    expect([...ids].sort()).toEqual(ids);
  });

  it('that is ordered begins alike within a second, and goes on at random', () => {
    const [a = '', b = ''] = [1, 999].map((ms) => orderedPublicId('KC', 14, TODAY + ms));
    expect(a.slice(0, 8)).toBe(b.slice(0, 8));
    expect(a.slice(8)).not.toBe(b.slice(8));
  });

  it.each([0, -SECOND, Date.UTC(2200, 0, 1), Number.MAX_SAFE_INTEGER])(
    'that is ordered keeps its form when the clock says %d',
    (now) => {
      expect(orderedPublicId('KC', 14, now)).toMatch(/^KC[A-Z0-9]{14}$/);
    },
  );
});
