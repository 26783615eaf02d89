import { MAX_RECORD_CHARS } from './cell-faults';
import { UnreadableFile } from './file.errors';

/** One line that is not blank, with its number from 1. */
export interface TextLine {
  readonly number: number;
  readonly text: string;
}

/**
 * Splits text at line feeds, delivering the lines of one piece of text at a time; blank lines are counted but not
 * delivered. @throws UnreadableFile for a line over 1,048,576 characters, holding no more than that.
 */
export async function* linesOf(chunks: AsyncIterable<string>): AsyncGenerator<TextLine[]> {
  let open = '';
  let number = 0;
  for await (const chunk of chunks) {
    const lines: TextLine[] = [];
    let start = 0;
    for (let end = chunk.indexOf('\n'); end >= 0; end = chunk.indexOf('\n', start)) {
      number++;
      const text = open + chunk.slice(start, end);
      add(lines, number, text);
      open = '';
      start = end + 1;
    }
    open += chunk.slice(start);
    limit(number + 1, open);
    yield lines;
  }
  const last: TextLine[] = [];
  add(last, number + 1, open);
  yield last;
}

function add(lines: TextLine[], number: number, text: string): void {
  limit(number, text);
  if (text.trim() === '') return;
  lines.push({ number, text: text.endsWith('\r') ? text.slice(0, -1) : text });
}

function limit(number: number, text: string): void {
  if (text.length <= MAX_RECORD_CHARS) return;
  throw new UnreadableFile(
    `Line ${number} is longer than ${MAX_RECORD_CHARS.toLocaleString('en')} characters. Write one JSON object per ` +
      'line, each line ending with a line feed.',
  );
}
