import fc from 'fast-check';
import { gstinFault, isPan } from '../../src/customer/rules/gstin';

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ';
const VALID = ['07ABCPK1234L1ZU', '29AAACX1234A2ZS'];

describe('isPan', () => {
  it.each(['ABCPK1234L', 'AAACX1234A', 'AAAAA0000A'])('takes %s', (text) => expect(isPan(text)).toBe(true));

  it.each(['', 'ABCDK1234L', 'ABCPK123L', 'ABCPK12345', 'abcpk1234l', ' ABCPK1234L', 'ABCPK1234L\n', 'ABCPK१२३४L'])(
    'refuses %j',
    (text) => expect(isPan(text)).toBe(false),
  );
});

describe('gstinFault', () => {
  it.each(VALID)('finds nothing wrong with %s', (text) => expect(gstinFault(text)).toBeNull());

  it('finds the wrong check character of 22AAAAA0000A1Z5', () => {
    expect(gstinFault('22AAAAA0000A1Z5')).toBe('checksum');
  });

  it.each([
    ['an unknown state code', '40ABCPK1234L1ZU'],
    ['state code 00', '00ABCPK1234L1ZU'],
    ['a PAN of an unknown kind of holder', '07ABCDK1234L1ZU'],
    ['entity 0', '07ABCPK1234L0ZU'],
    ['no Z before the check character', '07ABCPK1234L1YU'],
    ['small letters', '07abcpk1234l1zu'],
    ['a blank at the end', '07ABCPK1234L1ZU '],
    ['nothing at all', ''],
  ])('calls %s a fault of format, whatever the check character', (_what, text) => {
    expect(gstinFault(text)).toBe('format');
  });

  it.each(['97', '99', '25', '28', '38'])('knows state code %s', (code) => {
    const faults = Array.from(ALPHABET).map((check) => gstinFault(`${code}ABCPK1234L1Z${check}`));
    expect(faults.filter((fault) => fault === null)).toHaveLength(1);
    expect(faults).not.toContain('format');
  });

  it('notices every single character that was mistyped', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...VALID),
        fc.nat(14),
        fc.constantFrom(...Array.from(ALPHABET)),
        (gstin, at, character) => {
          fc.pre(gstin.charAt(at) !== character);
          expect(gstinFault(gstin.slice(0, at) + character + gstin.slice(at + 1))).not.toBeNull();
        },
      ),
    );
  });

  it('never throws', () => {
    fc.assert(fc.property(fc.string(), (text) => expect(gstinFault(text)).toBe('format')));
  });
});
