import { restore } from './formula-guard';

/** Characters a spreadsheet cell can hold. */
export const MAX_CELL_CHARS = 32_767;

const ESCAPE = /_x([0-9A-Fa-f]{4})_/g;
// What XML 1.0 (section 2.2) cannot hold, carriage return (which it would turn into a line feed), and every `_` that a
// reader could take for the start of an escape.
const UNSAFE = new RegExp('[\\0-\\x08\\x0B-\\x1F\\uFFFE\\uFFFF]|_(?=x[0-9A-Fa-f]{4})', 'g');
const MARKUP = /[&<>"]/g;
const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/**
 * The true text of a stored string (ST_Xstring, ECMA-376 part 1, 22.9.2.19): `_xHHHH_` stands for a UTF-16 unit, and an
 * apostrophe put there by our own writer goes. Escaped surrogates stay as written, so that none can be left alone.
 */
export function storedText(text: string): string {
  return restore(text.includes('_x') ? text.replace(ESCAPE, decodeEscape) : text);
}

/** Text for an element or attribute of a workbook part; `storedText` (without `restore`) gives it back exactly. */
export function xmlText(text: string): string {
  return text.replace(UNSAFE, encodeUnit).replace(MARKUP, (mark) => ENTITIES[mark] ?? mark);
}

/** Cuts to what a cell can hold, without leaving half a surrogate pair. */
export function cutText(text: string): string {
  const cut = text.slice(0, MAX_CELL_CHARS);
  return /[\uD800-\uDBFF]$/.test(cut) ? cut.slice(0, -1) : cut;
}

function decodeEscape(escape: string, hex: string): string {
  const unit = parseInt(hex, 16);
  return unit >= 0xd800 && unit <= 0xdfff ? escape : String.fromCharCode(unit);
}

function encodeUnit(unit: string): string {
  return `_x${unit.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}_`;
}
