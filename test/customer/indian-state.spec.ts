import fc from 'fast-check';
import {
  findState,
  INDIAN_STATES,
  isGstStateCode,
  stateOfGstin,
  statesAgree,
} from '../../src/customer/rules/indian-state';

const found = (text: string) => {
  const match = findState(text);
  return match && [match.state.name, match.legacy];
};

describe('The table of states', () => {
  it('has 28 states and 8 union territories', () => expect(INDIAN_STATES).toHaveLength(36));

  it('uses no name or code for two states', () => {
    const texts = INDIAN_STATES.flatMap((state) => [
      ...[state.gstCode, state.iso, state.name, ...state.otherNames],
      ...[...state.formerNames, ...state.formerCodes, ...state.formerGstCodes],
    ]);
    expect(new Set(texts.map((text) => text.toLowerCase())).size).toBe(texts.length);
  });

  it('is found by everything that stands in it, and calls only the superseded legacy', () => {
    for (const state of INDIAN_STATES) {
      const current = [state.name, state.iso, state.gstCode, ...state.otherNames];
      const former = [...state.formerNames, ...state.formerCodes, ...state.formerGstCodes];
      for (const text of current) expect(findState(text)).toEqual({ state, legacy: false });
      for (const text of former) expect(findState(text)).toEqual({ state, legacy: true });
    }
  });
});

describe('findState', () => {
  it.each([
    ['JAMMU & KASHMIR', 'Jammu and Kashmir'],
    ['jammu-and-kashmir', 'Jammu and Kashmir'],
    ['JammuAndKashmir', 'Jammu and Kashmir'],
    ['  tamilnadu ', 'Tamil Nadu'],
    ['Chhattīsgarh', 'Chhattisgarh'],
    ['Andaman & Nicobar', 'Andaman and Nicobar Islands'],
    ['N.C.T. of Delhi', 'Delhi'],
    ['ka', 'Karnataka'],
    ['07', 'Delhi'],
    ['Dadra & Nagar Haveli & Daman & Diu', 'Dadra and Nagar Haveli and Daman and Diu'],
  ])('takes %j for %s', (text, name) => expect(found(text)).toEqual([name, false]));

  it.each([
    ['Orissa', 'Odisha'],
    ['OR', 'Odisha'],
    ['UTTARANCHAL', 'Uttarakhand'],
    ['UA', 'Uttarakhand'],
    ['UT', 'Uttarakhand'],
    ['Pondicherry', 'Puducherry'],
    ['CT', 'Chhattisgarh'],
    ['TG', 'Telangana'],
    ['28', 'Andhra Pradesh'],
    ['25', 'Dadra and Nagar Haveli and Daman and Diu'],
    ['Daman & Diu', 'Dadra and Nagar Haveli and Daman and Diu'],
  ])('takes %j for %s, and for superseded', (text, name) => expect(found(text)).toEqual([name, true]));

  it.each(['', ' ', '-', '7', '97', '99', '00', 'Bavaria', 'and', 'constructor', '__proto__', 'कर्नाटक'])(
    'does not know %j',
    (text) => expect(findState(text)).toBeNull(),
  );

  it('never throws and never needs the right case or blanks', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void findState(text)));
    fc.assert(
      fc.property(fc.constantFrom(...INDIAN_STATES), fc.constantFrom(' ', '', ' . ', '-'), (state, blank) => {
        expect(findState(state.name.toUpperCase().replaceAll(' ', blank))?.state).toBe(state);
      }),
    );
  });
});

describe('The state of a GSTIN', () => {
  it('is told by its first two digits, old ones included', () => {
    expect(stateOfGstin('29AAACX1234A2ZS')?.name).toBe('Karnataka');
    expect(stateOfGstin('28AAACX1234A2ZS')?.name).toBe('Andhra Pradesh');
    expect(stateOfGstin('25AAACX1234A2ZS')?.gstCode).toBe('26');
  });

  it.each(['97AAACX1234A2ZS', '99AAACX1234A2ZS', '40AAACX1234A2ZS', 'KA', '', '7'])('is none for %j', (gstin) => {
    expect(stateOfGstin(gstin)).toBeNull();
  });

  it('is known by code for other territory and centre, though they are no states', () => {
    expect(['97', '99', '07', '25', '28'].every(isGstStateCode)).toBe(true);
    expect(['00', '39', '98', 'KA', '7', ''].some(isGstStateCode)).toBe(false);
  });

  it.each([
    ['Karnataka', '29AAACX1234A2ZS', true],
    ['OR', '21AAACX1234A2ZS', true],
    ['Andhra Pradesh', '28AAACX1234A2ZS', true],
    ['Delhi', '29AAACX1234A2ZS', false],
    ['Bavaria', '29AAACX1234A2ZS', null],
    ['Delhi', '97AAACX1234A2ZS', null],
  ])('compared to %s, %s agrees: %s', (text, gstin, agree) => expect(statesAgree(text, gstin)).toBe(agree));
});
