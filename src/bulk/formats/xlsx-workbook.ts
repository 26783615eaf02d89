import { UnreadableFile } from './file.errors';
import { XlsxArchive } from './xlsx-archive';
import { refuseContentType } from './xlsx-kind';
import { clip, SAVE_AGAIN } from './xlsx-messages';
import { readXml, XmlAttributes, XmlHandler } from './xlsx-xml';

const MAX_LISTED = 10_000;

/** A worksheet: its name on the tab and the part that holds it. */
export interface Sheet {
  readonly name: string;
  readonly part: string;
}

/** The parts of a workbook that matter for reading rows. */
export interface Workbook {
  /** Worksheets in tab order, hidden ones included; chart and dialog sheets hold no rows and are left out. */
  readonly sheets: readonly Sheet[];
  readonly date1904: boolean;
  readonly sharedStrings: string | null;
  readonly styles: string | null;
}

interface Relationship {
  readonly id: string;
  /** Last piece of its type, which transitional and strict workbooks share. */
  readonly type: string;
  readonly target: string;
  readonly external: boolean;
}

/**
 * Finds the parts by relationships from the root of the package (ECMA-376 part 2, 6.5; part 1, 12.3.23), never by name.
 * @throws UnreadableFile for missing or broken parts, UnsupportedFileFormat for workbooks with macros.
 */
export async function readWorkbook(archive: XlsxArchive): Promise<Workbook> {
  const extensions = new Set(archive.names.map((part) => part.slice(part.lastIndexOf('.') + 1)));
  await readXml(archive, '[Content_Types].xml', {
    root: 'Types',
    open: (name, { Extension = '', ContentType = '' }) => {
      // SheetJS lists a default for every kind of part there could be; only that of a part that is there says something.
      if (name !== 'Default' || extensions.has(Extension.toLowerCase())) refuseContentType(ContentType);
    },
  });
  const root = (await readRelationships(archive, '')).find(({ type }) => type === 'officeDocument');
  if (!root) throw new UnreadableFile(`The file names no workbook part. ${SAVE_AGAIN}`);
  const handler = new WorkbookHandler();
  await readXml(archive, root.target, handler);
  const relationships = await readRelationships(archive, root.target);
  const partOf = (type: string) => relationships.find((one) => one.type === type && !one.external)?.target ?? null;
  return {
    sheets: worksheets(archive, handler.sheets, relationships),
    date1904: handler.date1904,
    sharedStrings: partOf('sharedStrings'),
    styles: partOf('styles'),
  };
}

function worksheets(
  archive: XlsxArchive,
  listed: readonly { name: string; id: string }[],
  relationships: readonly Relationship[],
): Sheet[] {
  const byId = new Map(relationships.map((relationship) => [relationship.id, relationship]));
  const sheets: Sheet[] = [];
  for (const { name, id } of listed) {
    const relationship = byId.get(id);
    if (!relationship || relationship.external || !archive.has(relationship.target)) {
      throw new UnreadableFile(`The workbook lacks the part of its sheet "${clip(name)}". ${SAVE_AGAIN}`);
    }
    refuseContentType(relationship.type);
    if (relationship.type === 'worksheet') sheets.push({ name, part: relationship.target });
  }
  return sheets;
}

class WorkbookHandler implements XmlHandler {
  readonly root = 'workbook';
  readonly sheets: { name: string; id: string }[] = [];
  date1904 = false;

  open(name: string, attributes: XmlAttributes, depth: number): void {
    if (depth === 2 && name === 'workbookPr') this.date1904 = /^(1|true|on)$/.test(attributes['date1904'] ?? '');
    if (depth !== 3 || name !== 'sheet') return;
    // The prefix of r:id is free; sheetId is a number of its own and means nothing here.
    const id = Object.entries(attributes).find(([attribute]) => attribute.endsWith(':id'))?.[1] ?? '';
    this.sheets.push({ name: attributes['name'] ?? '', id });
    if (this.sheets.length > MAX_LISTED) throw new UnreadableFile(`The workbook lists too many sheets. ${SAVE_AGAIN}`);
  }
}

async function readRelationships(archive: XlsxArchive, source: string): Promise<Relationship[]> {
  const folder = source.slice(0, source.lastIndexOf('/') + 1);
  const part = `${folder}_rels/${source.slice(folder.length)}.rels`;
  const found: Relationship[] = [];
  await readXml(archive, part, {
    root: 'Relationships',
    open: (name, attributes) => {
      if (name !== 'Relationship') return;
      found.push({
        id: attributes['Id'] ?? '',
        type: (attributes['Type'] ?? '').split('/').pop() ?? '',
        target: resolve(folder, attributes['Target'] ?? ''),
        external: attributes['TargetMode'] === 'External',
      });
      if (found.length > MAX_LISTED) throw new UnreadableFile(`The workbook lists too many parts. ${SAVE_AGAIN}`);
    },
  });
  return found;
}

/** Name of the part a target points at; `..` cannot lead out of the package, and names are only looked up in it. */
function resolve(folder: string, target: string): string {
  const steps: string[] = [];
  for (const step of `${target.startsWith('/') ? '' : folder}${target.replace(/\\/g, '/')}`.split('/')) {
    if (step === '..') steps.pop();
    else if (step !== '' && step !== '.') steps.push(step);
  }
  const name = steps.join('/');
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}
