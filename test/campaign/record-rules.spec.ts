import {
  changeFaults,
  documentFaults,
  idFault,
  identifierOf,
  newRecordFaults,
  recordIdOf,
} from '../../src/campaign/records/record.rules';
import { lead, loan, times } from '../support/campaigns';

const HALF = '\ud83d';
const FACE = '\u{1f600}';

/** A value inside so many objects. */
const nested = (levels: number, value: unknown = 1): unknown =>
  levels === 0 ? value : { in: nested(levels - 1, value) };
const lists = (levels: number): unknown => (levels === 0 ? 1 : [lists(levels - 1)]);
const keys = (count: number) => Object.fromEntries(times(count, (index) => [`k${index}`, index]));
const free = (x: unknown) => documentFaults({ x }, 'emi');

describe('the id of a record', () => {
  it.each<[name: string, id: unknown, fault: string | null]>([
    ['any text', 'loan_1', null],
    ['text that reads as a number', '0', null],
    ['128 characters', 'x'.repeat(128), null],
    ['128 emoji', FACE.repeat(128), null],
    ['129 characters', 'x'.repeat(129), 'id must not be longer than 128 characters'],
    ['129 emoji', FACE.repeat(129), 'id must not be longer than 128 characters'],
    ['nothing', undefined, 'id is required'],
    ['null', null, 'id is required'],
    ['empty text', '', 'id must not be blank'],
    ['blanks', ' \t\n\u00a0', 'id must not be blank'],
    ['a number', 7, 'id must be text'],
    ['a boolean', true, 'id must be text'],
    ['a list', ['loan_1'], 'id must be text'],
    ['an object', {}, 'id must be text'],
    ['half a character', `a${HALF}`, 'id holds half a character; send the whole one'],
  ])('as %s', (_name, id, fault) => {
    expect(idFault(id, 'id')).toBe(fault);
  });

  it('is called as the caller calls it', () => {
    expect(idFault(undefined, 'loan_id')).toBe('loan_id is required');
  });

  it('is the loan_id of emi and edi records and the lead_id of leads, when that is text', () => {
    expect((['emi', 'edi', 'lead'] as const).map(identifierOf)).toEqual(['loan_id', 'loan_id', 'lead_id']);
    const record = { loan_id: 'loan', lead_id: 'lead' };
    expect((['emi', 'edi', 'lead'] as const).map((type) => recordIdOf(record, type))).toEqual(['loan', 'loan', 'lead']);
    for (const other of [{ loan_id: 5 }, {}, null, ['loan'], 'loan']) expect(recordIdOf(other, 'emi')).toBeNull();
  });
});

describe('a document', () => {
  it.each<[unknown, string]>([
    [undefined, 'data is required'],
    [null, 'data must be an object'],
    [[{ a: 1 }], 'data must be an object'],
    ['{"a":1}', 'data must be an object'],
    [0, 'data must be an object'],
    [{}, 'data must not be empty'],
  ])('is not %j: %s', (data, fault) => {
    expect(documentFaults(data, 'emi')).toEqual([fault]);
  });

  it('may have 5 levels, counted from data on, objects and lists alike', () => {
    for (const value of [nested(4), lists(4), nested(4, null)]) expect(free(value)).toEqual([]);
    expect(free(nested(5))).toEqual(['data.x.in.in.in.in is nested deeper than 5 levels']);
    expect(free(nested(5, {}))).toEqual(['data.x.in.in.in.in is nested deeper than 5 levels']);
    expect(free(lists(5))).toEqual(['data.x[0][0][0][0] is nested deeper than 5 levels']);
    expect(free(nested(4, {}))).toEqual(['data.x.in.in.in.in is nested deeper than 5 levels']);
    expect(free(nested(4, []))).toEqual(['data.x.in.in.in.in is nested deeper than 5 levels']);
  });

  it('may have 100 keys in an object, each of 256 characters', () => {
    const long = 'k'.repeat(256);
    expect([documentFaults(keys(100), 'lead'), free(keys(100)), free({ [long]: 1 })]).toEqual([[], [], []]);
    expect(documentFaults(keys(101), 'lead')).toEqual(['data has more than 100 keys']);
    expect(free(keys(101))).toEqual(['data.x has more than 100 keys']);
    expect(free([{ [`${long}k`]: 1 }])).toEqual(['data.x[0] has a key of more than 256 characters']);
  });

  it('counts the characters of a key as it counts those of a text', () => {
    expect(free({ [FACE.repeat(256)]: 1 })).toEqual([]);
    expect(free({ [FACE.repeat(257)]: 1 })).toEqual(['data.x has a key of more than 256 characters']);
  });

  it('may have 100 elements in a list', () => {
    expect([free(times(100, () => null)), free([times(100, String)])]).toEqual([[], []]);
    expect(free(times(101, () => null))).toEqual(['data.x has more than 100 elements']);
    expect(free({ y: times(101, () => 0) })).toEqual(['data.x.y has more than 100 elements']);
  });

  it('may have texts of 2,000 characters, an emoji being one of them', () => {
    for (const character of ['x', 'é', '\u4e2d', FACE]) {
      expect(free(character.repeat(2_000))).toEqual([]);
      expect(free([character.repeat(2_001)])).toEqual(['data.x[0] is longer than 2000 characters']);
    }
  });

  it('may have 32 KiB as UTF-8, and not a byte more', () => {
    const sized = (bytes: number, letter: string) => {
      const data: Record<string, string> = {};
      for (let index = 0; index < 20; index++) {
        const [size, left] = [Buffer.byteLength(letter), bytes - Buffer.byteLength(JSON.stringify(data)) - 20];
        if (left < size) break;
        data[`k${index + 10}`] = letter.repeat(Math.min(2_000, Math.floor(left / size)));
      }
      return { ...data, p: '.'.repeat(Math.max(0, bytes - Buffer.byteLength(JSON.stringify({ ...data, p: '' })))) };
    };
    for (const letter of ['x', 'é', FACE]) {
      const [fits, tooLarge] = [sized(32 * 1024, letter), sized(32 * 1024 + 1, letter)];
      expect(Buffer.byteLength(JSON.stringify(tooLarge))).toBe(32 * 1024 + 1);
      expect(documentFaults(fits, 'emi')).toEqual([]);
      expect(documentFaults(tooLarge, 'emi')).toEqual(['data has 32769 bytes; at most 32768 are allowed']);
    }
  });

  it.each(['__proto__', 'constructor', 'prototype'])('has no key %s at any level', (key) => {
    const data = JSON.parse(`{"${key}":1,"a":{"${key}":{"x":1}},"l":[[{"${key}":null}]]}`);
    const words = `has the key ${key}, which is not allowed`;
    expect(documentFaults(data, 'emi').sort()).toEqual([`data ${words}`, `data.a ${words}`, `data.l[0][0] ${words}`]);
    expect(documentFaults({ [`${key}_`]: 1 }, 'emi')).toEqual([]);
  });

  it('holds whole characters, in keys and values', () => {
    const words = 'holds half a character (an unpaired surrogate); send the whole one';
    expect(free(HALF)).toEqual([`data.x ${words}`]);
    expect(free([`a${HALF}b`, FACE])).toEqual([`data.x[0] ${words}`]);
    expect(free({ [HALF]: 1 })).toEqual(['data.x has a key with half a character (an unpaired surrogate)']);
    expect(free('\u0000\u2028\uffff')).toEqual([]);
  });

  it('is told every fault, in the order of its members', () => {
    const data = { a: HALF, b: { constructor: 1, c: times(101, () => 0) }, d: 'x'.repeat(2_001) };
    expect(documentFaults(data, 'emi').map((fault) => fault.split(' ')[0])).toEqual([
      'data.a',
      'data.b',
      'data.b.c',
      'data.d',
    ]);
  });
});

describe('known fields', () => {
  const texts = ['first_name', 'last_name', 'phone_number', 'payment_status', 'language'];
  const amounts = ['loan_amount', 'emi_amount', 'loan_period', 'current_emi'];

  it.each(['emi', 'edi'] as const)('of %s have their types; null takes one away', (type) => {
    for (const name of texts) {
      for (const value of [1, true, [], {}]) {
        expect(documentFaults({ [name]: value }, type)).toEqual([`data.${name} must be text`]);
      }
      for (const value of ['', 'x', null]) expect(documentFaults({ [name]: value }, type)).toEqual([]);
    }
    for (const name of amounts) {
      for (const value of ['5000', -0.01, -1, true, [1], {}]) {
        expect(documentFaults({ [name]: value }, type)).toEqual([`data.${name} must be a number of zero or more`]);
      }
      for (const value of [0, 0.5, 5000, null]) expect(documentFaults({ [name]: value }, type)).toEqual([]);
    }
    for (const value of ['2026-02-29', '05/12/2026', '2026-12-05T00:00:00Z', 20261205, '']) {
      const fault = 'data.emi_due_date must be a day of the calendar as YYYY-MM-DD';
      expect(documentFaults({ emi_due_date: value }, type)).toEqual([fault]);
    }
    expect(documentFaults({ emi_due_date: '2028-02-29', lead_date: 5, lead_id: {} }, type)).toEqual([]);
  });

  it('of leads are lead_id and lead_date only', () => {
    expect(documentFaults({ lead_date: '2026-13-01' }, 'lead')).toHaveLength(1);
    expect(documentFaults({ lead_date: '2026-12-01', emi_amount: 'free', first_name: 7 }, 'lead')).toEqual([]);
  });

  it('are all told at once', () => {
    expect(documentFaults({ emi_amount: '1', language: 5, loan_amount: -1 }, 'edi')).toHaveLength(3);
  });
});

describe('a change', () => {
  it.each(['other', 'LOAN_1', 'loan_1 ', '', null, 1, {}])(
    'must not give its record another identifier: %j',
    (loan_id) => {
      const faults = changeFaults('loan_1', { loan_id, x: 1 }, 'emi');
      expect(faults.at(-1)).toBe('data.loan_id differs from the id of the record; leave it out');
      expect(changeFaults('loan_1', { loan_id: 'loan_1', lead_id: 'free' }, 'emi')).toEqual([]);
      expect(changeFaults('lead_1', { loan_id, lead_id: 'lead_1' }, 'lead')).toEqual([]);
    },
  );

  it('tells an identifier that differs besides what else is wrong', () => {
    expect(changeFaults('a', { lead_id: 'b', lead_date: 'today' }, 'lead')).toEqual([
      'data.lead_date must be a day of the calendar as YYYY-MM-DD',
      'data.lead_id differs from the id of the record; leave it out',
    ]);
    expect(changeFaults('a', null, 'lead')).toEqual(['data must be an object']);
  });
});

describe('a new record', () => {
  it.each(['emi', 'edi'] as const)('of %s needs each known field', (type) => {
    expect(newRecordFaults(loan('a'), type)).toEqual([]);
    for (const name of Object.keys(loan('a'))) {
      for (const value of [undefined, null]) {
        expect(newRecordFaults(loan('a', { [name]: value }), type)).toEqual([`data.${name} is required`]);
      }
    }
    expect(newRecordFaults(lead('a'), type)).toHaveLength(11);
  });

  it('of lead needs lead_id and lead_date', () => {
    expect(newRecordFaults(lead('a', { loan_amount: 'free' }), 'lead')).toEqual([]);
    expect(newRecordFaults({ x: 1 }, 'lead')).toEqual(['data.lead_id is required', 'data.lead_date is required']);
    expect(newRecordFaults(lead(' '), 'lead')).toEqual(['data.lead_id must not be blank']);
    expect(newRecordFaults(lead('x'.repeat(129)), 'lead')).toEqual([
      'data.lead_id must not be longer than 128 characters',
    ]);
  });

  it('is told each fault once, the identifier first', () => {
    const faults = newRecordFaults(lead('a', { lead_id: 5, lead_date: 5, x: HALF }), 'lead');
    expect(faults.map((fault) => fault.split(' ')[0])).toEqual(['data.lead_id', 'data.x']);
    expect(newRecordFaults(lead('a', { lead_id: 5, lead_date: 5 }), 'lead')).toEqual([
      'data.lead_id must be text',
      'data.lead_date must be a day of the calendar as YYYY-MM-DD',
    ]);
    for (const other of [null, [], 'x', 7]) expect(newRecordFaults(other, 'emi')).toEqual(['data must be an object']);
  });
});
