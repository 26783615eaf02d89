import { zip, ZipEntry } from '../../test/support/workbook';
import { mutateBytes, pick, Random } from './byte-mutation';

/** Numbers at the edges of what a workbook, a zip or a computer can count. */
const NUMBERS = ['-1', '0', '60', '1048576', '1048577', '4294967295', '99999999999999999999', '1e308', 'NaN', ''];
const NAMES = ['../x', '/x', 'x\0', 'XL/WORKBOOK.XML', 'xl/vbaProject.bin', 'mimetype', 'a'.repeat(60_000), ''];
const MARKUP = [
  ...[
    '<!DOCTYPE x>',
    '<!DOCTYPE x [<!ENTITY a "a"><!ENTITY b "&a;&a;">]>',
    '&b;',
    '&#0;',
    '&#xD800;',
    '&#x1F600;',
    '<![CDATA[',
  ],
  ...['<?x ?>', '<!--', '-->', '<row r="4294967290"/>', '<c r="XFD1048576"><v>1</v></c>', '<c t="s"><v>9999</v></c>'],
  ...['<sheetData/>', '</row>', '<a>'.repeat(200), `<x ${'a="b" '.repeat(600)}/>`, '<is><t>', '<f>1+1</f>', '_x0000_'],
];

/** A workbook, its parts and its bytes with something wrong: markup, attributes, parts, the zip around them, or bytes. */
export function mutateWorkbook(entries: readonly ZipEntry[], random: Random): Buffer {
  const kind = random();
  if (kind < 0.25) return mutateBytes(zip(entries), random);
  if (kind < 0.85) return zip(replaceOne(entries, random, (entry) => ({ ...entry, data: mutatePart(entry, random) })));
  return zip(pick(random, PACKAGE_CHANGES)(entries, random));
}

const PACKAGE_CHANGES: readonly ((entries: readonly ZipEntry[], random: Random) => ZipEntry[])[] = [
  (entries, random) => entries.filter((entry) => entry !== pick(random, entries)),
  (entries, random) => [...entries, pick(random, entries)],
  (entries, random) => [...entries].sort(() => random() - 0.5),
  (entries, random) => replaceOne(entries, random, (entry) => ({ ...entry, name: pick(random, NAMES) })),
  (entries, random) => replaceOne(entries, random, (entry) => ({ ...entry, size: pick(random, [0, 1, 2 ** 32 - 1]) })),
  (entries, random) => replaceOne(entries, random, (entry) => ({ ...entry, packedSize: pick(random, [0, 1, 1e9]) })),
  (entries, random) => replaceOne(entries, random, (entry) => ({ ...entry, crc: 1 })),
  (entries, random) => replaceOne(entries, random, (entry) => ({ ...entry, flags: pick(random, [1, 8, 0x41, 0x800]) })),
  (entries, random) => replaceOne(entries, random, (entry) => ({ ...entry, offset: pick(random, [0, 30, 1e9]) })),
  (entries, random) => [...entries, { name: pick(random, NAMES), data: 'x', stored: random() < 0.5 }],
];

function replaceOne(entries: readonly ZipEntry[], random: Random, change: (entry: ZipEntry) => ZipEntry): ZipEntry[] {
  const one = pick(random, entries);
  return entries.map((entry) => (entry === one ? change(entry) : entry));
}

function mutatePart({ data }: ZipEntry, random: Random): Buffer {
  const text = data.toString();
  const tags = [...text.matchAll(/<[^>]*>/g)].map(({ index, 0: tag }) => ({ index, tag }));
  if (tags.length === 0 || random() < 0.2) return mutateBytes(Buffer.from(text), random);
  const { index, tag } = pick(random, tags);
  const put = (piece: string, removed = 0) => Buffer.from(text.slice(0, index) + piece + text.slice(index + removed));
  const kind = random();
  if (kind < 0.3) return put(pick(random, MARKUP));
  if (kind < 0.5) return put('', tag.length);
  if (kind < 0.7) return put(tag + tag, tag.length);
  if (kind < 0.9)
    return put(
      tag.replace(/="[^"]*"/, () => `="${pick(random, [...NUMBERS, 's', 'inlineStr', 'e', 'd'])}"`),
      tag.length,
    );
  return random() < 0.5
    ? Buffer.from(`\uFEFF${text}`, 'utf16le')
    : Buffer.from(text.replace(/>\d+</g, () => `>${pick(random, NUMBERS)}<`));
}
