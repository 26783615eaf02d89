import { UnreadableFile } from './file.errors';
import { XlsxArchive } from './xlsx-archive';
import { DateKind, dateKind } from './xlsx-date';
import { clip, SAVE_AGAIN } from './xlsx-messages';
import { readXml, XmlAttributes, XmlHandler } from './xlsx-xml';

/** Excel itself ends at 65,490 cell formats. */
const MAX_FORMATS = 100_000;

/**
 * What each cell format makes of a number, by the format's number (`cellXfs`, ECMA-376 part 1, 18.8.10).
 * @throws UnreadableFile for a broken part.
 */
export async function readDateKinds(archive: XlsxArchive, part: string | null): Promise<readonly DateKind[]> {
  if (part === null) return [];
  const handler = new StylesHandler(part);
  await readXml(archive, part, handler);
  return handler.kinds;
}

class StylesHandler implements XmlHandler {
  readonly root = 'styleSheet';
  readonly kinds: DateKind[] = [];
  private readonly codes = new Map<number, DateKind>();
  private section = '';

  constructor(private readonly part: string) {}

  // The schema puts numFmts before cellXfs (18.8.39), so that a format's code is known when it is used.
  open(name: string, attributes: XmlAttributes, depth: number): void {
    if (depth === 2) this.section = name;
    if (depth !== 3) return;
    const id = Number(attributes['numFmtId'] ?? 0);
    if (this.section === 'numFmts' && name === 'numFmt')
      this.codes.set(id, dateKind(id, attributes['formatCode'] ?? ''));
    if (this.section === 'cellXfs' && name === 'xf') this.kinds.push(this.codes.get(id) ?? dateKind(id, undefined));
    if (this.kinds.length + this.codes.size > MAX_FORMATS) {
      throw new UnreadableFile(`The workbook's part "${clip(this.part)}" holds too many cell formats. ${SAVE_AGAIN}`);
    }
  }
}
