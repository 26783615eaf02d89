import * as fc from 'fast-check';
import { neutralise, restore } from '../../src/bulk/formats/formula-guard';

const STARTS = ['=', '+', '-', '@', '\t', '\r', '\0', '＝', '＋', '－', '＠', '﹦', '﹢', '﹣', '﹫'];

describe('the formula guard', () => {
  it.each(STARTS)('puts an apostrophe before a text that begins with %j', (start) => {
    expect(neutralise(`${start}1+1`)).toBe(`'${start}1+1`);
    expect(restore(`'${start}1+1`)).toBe(`${start}1+1`);
  });

  it('adds one more apostrophe to a text that already looks neutralised', () => {
    expect(neutralise("'=1")).toBe("''=1");
    expect(neutralise("''+91")).toBe("'''+91");
  });

  it.each(['', 'Anna', "O'Neil", "'tis", "'", "''", '1-1', ' =1', 'a=b', '\n=1'])('leaves %j as it is', (text) => {
    expect(neutralise(text)).toBe(text);
    expect(restore(text)).toBe(text);
  });

  it('gives back every text exactly', () => {
    const tricky = fc.tuple(fc.string({ unit: fc.constantFrom("'", ...STARTS, 'a') }), fc.string({ unit: 'binary' }));
    fc.assert(
      fc.property(tricky, ([start, rest]) => {
        expect(restore(neutralise(start + rest))).toBe(start + rest);
      }),
      { numRuns: 2_000 },
    );
  });

  it('never leaves a text that begins like a formula', () => {
    fc.assert(
      fc.property(fc.constantFrom(...STARTS), fc.string(), (start, rest) => {
        expect(STARTS).not.toContain(neutralise(start + rest).charAt(0));
      }),
    );
  });
});
