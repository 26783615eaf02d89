/** What a spreadsheet would run, behind apostrophes: such a cell is one the service neutralised itself. */
const NEUTRALISED = /^'+[=+\-@\t\r\0＝＋－＠﹦﹢﹣﹫]/;

/** The text of a cell without the apostrophe that keeps a spreadsheet from running it. */
export function withoutGuard(text: string): string {
  return NEUTRALISED.test(text) ? text.slice(1) : text;
}

/** What a cell says, by the words of the README: its text, or null to clear. No spreadsheet runs lines of JSON. */
export function cellMeaning(text: string, kind: 'csv' | 'xlsx' | 'ndjson'): string | null {
  if (text === '#CLEAR') return null;
  return kind === 'ndjson' ? text : withoutGuard(text);
}
