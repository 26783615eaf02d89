/**
 * Characters that make a spreadsheet take the text after them for a formula or command: `= + - @`, tab, carriage
 * return, NUL, and the full-width and small forms of the first four, which some programs fold to ASCII
 * (OWASP "CSV Injection").
 */
const STARTS = '=+\\-@\\t\\r\\0\uFF1D\uFF0B\uFF0D\uFF20\uFE66\uFE62\uFE63\uFE6B';
// eslint wants no control characters in literals; the pattern is built from escapes.
const LIVE = new RegExp(`^'*[${STARTS}]`);
const NEUTRALISED = new RegExp(`^'+[${STARTS}]`);

/**
 * Makes text harmless in a spreadsheet: prefixes one apostrophe where a spreadsheet would see a formula, and also where
 * the text already looks neutralised, so that `restore` gives back every text exactly.
 */
export function neutralise(text: string): string {
  return LIVE.test(text) ? `'${text}` : text;
}

/** Undoes `neutralise`: `restore(neutralise(text)) === text` for every text. Other texts are left as they are. */
export function restore(text: string): string {
  return NEUTRALISED.test(text) ? text.slice(1) : text;
}
