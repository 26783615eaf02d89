import { textOfHead } from './text-encoding';

const PICTURE = /^(?:\x89PNG|\xff\xd8\xff|GIF8|BM..\0\0\0\0|II\*\0|MM\0\*|RIFF....WEBP)/s;
const ARCHIVE = /^(?:PK[\x05\x07]|\x1f\x8b|7z\xbc\xaf|Rar!\x1a|BZh\d1A|\xfd7zXZ|\x28\xb5\x2f\xfd)/;
/** Excel before version 5 wrote no container: BOF records of BIFF2, BIFF3 and BIFF4. */
const EARLY_EXCEL = /^\x09[\0\x02\x04][\x04\x06]\0/;
/** The first record of SYLK as Excel and as LibreOffice write it; a header of CSV may begin alike. */
const SYLK = /^ID;P(?:[^\r\n]*;N;E|S?CALC\w*)(?:[\r\n]|$)/;
const DIF = /^TABLE\r?\n0,1\r?\n/;

/** Kinds told by their text, in this order. */
const TEXTS: readonly (readonly [RegExp, string])[] = [
  [/^%PDF/, 'a PDF document'],
  [/^\{\\rtf/, 'a rich text document (.rtf)'],
  [SYLK, 'a SYLK table (.slk)'],
  [DIF, 'a DIF table (.dif)'],
  [/^\s*<(?:!doctype html|html|head|meta|table|style)\b/i, 'a web page (.html), even where its name ends in .xls'],
  [/^\s*<[^]*<office:document\b/, 'an OpenDocument spreadsheet (.fods)'],
  [/^\s*<[^]*urn:schemas-microsoft-com:office:spreadsheet/, 'an XML spreadsheet of Excel 2003 (.xml)'],
  [/^\s*</, 'an XML or HTML document'],
  [/^\s*\[/, 'a JSON list; each of its objects must stand on a line of its own'],
];

/** What the file is that begins with these bytes, where it is a known kind and no table this service reads. */
export function foreignKind(head: Buffer): string | null {
  const bytes = head.toString('latin1');
  if (PICTURE.test(bytes)) return 'a picture';
  if (ARCHIVE.test(bytes)) return 'a packed archive; unpack it';
  if (EARLY_EXCEL.test(bytes)) return 'a legacy Excel workbook (.xls)';
  const text = textOfHead(head);
  if (text === null) return null;
  return TEXTS.find(([pattern]) => pattern.test(text))?.[1] ?? null;
}
