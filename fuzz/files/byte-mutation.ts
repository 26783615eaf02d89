/** Draws numbers from 0 up to, but not including, 1. */
export type Random = () => number;

/** Pieces that mean something to one of the readers, or nearly so. */
const TOKENS = [
  ...['"', '""', ',', ';', '\t', '|', '\r', '\n', '\r\n', '\0', '\uFEFF', "'", '=', 'sep=;\n', '\uFFFD', '\u2028'],
  ...[
    '#CLEAR',
    '\x1b$B',
    '\\',
    '{',
    '}',
    '[',
    '<',
    '>',
    '&',
    '</',
    '-1',
    '0',
    '99999999999',
    '1E999',
    '../',
    'PK\x03\x04',
  ],
].map((text) => Buffer.from(text));
const LONGEST_PIECE = 64;
const MOST_CHANGES = 4;

export function pick<T>(random: Random, items: readonly T[]): T {
  const item = items[Math.floor(random() * items.length)];
  if (item === undefined) throw new Error('there is nothing to pick from');
  return item;
}

/** The bytes with one to four changes: a bit, a byte, a token, a piece taken out, doubled, moved, or the end cut off. */
export function mutateBytes(bytes: Buffer, random: Random): Buffer {
  let changed = bytes;
  for (let changes = 1 + Math.floor(random() * MOST_CHANGES); changes > 0; changes--) {
    changed = pick(random, CHANGES)(changed, random);
  }
  return changed;
}

const CHANGES: readonly ((bytes: Buffer, random: Random) => Buffer)[] = [
  (bytes, random) => replaceByte(bytes, random, (byte) => byte ^ (1 << Math.floor(random() * 8))),
  (bytes, random) => replaceByte(bytes, random, () => Math.floor(random() * 256)),
  (bytes, random) => replaceByte(bytes, random, () => pick(random, [0, 0x0a, 0x22, 0x2c, 0x3c, 0x7f, 0x80, 0xff])),
  (bytes, random) => splice(bytes, place(bytes, random), 0, pick(random, TOKENS)),
  (bytes, random) => splice(bytes, place(bytes, random), length(random), pick(random, TOKENS)),
  (bytes, random) => splice(bytes, place(bytes, random), length(random)),
  (bytes, random) => {
    const start = place(bytes, random);
    return splice(bytes, start, 0, bytes.subarray(start, start + length(random)));
  },
  (bytes, random) => {
    const start = place(bytes, random);
    const piece = Buffer.from(bytes.subarray(start, start + length(random)));
    return splice(splice(bytes, start, piece.length), place(bytes, random), 0, piece);
  },
  (bytes, random) => bytes.subarray(0, place(bytes, random)),
];

const place = (bytes: Buffer, random: Random) => Math.floor(random() * (bytes.length + 1));
const length = (random: Random) => 1 + Math.floor(random() * LONGEST_PIECE);

function replaceByte(bytes: Buffer, random: Random, change: (byte: number) => number): Buffer {
  const copy = Buffer.from(bytes);
  const at = place(bytes, random);
  const byte = copy[at];
  if (byte !== undefined) copy[at] = change(byte);
  return copy;
}

function splice(bytes: Buffer, at: number, removed: number, added: Buffer = Buffer.alloc(0)): Buffer {
  return Buffer.concat([bytes.subarray(0, at), added, bytes.subarray(at + removed)]);
}
