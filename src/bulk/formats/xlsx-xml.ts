import { TextDecoder } from 'node:util';
import { SaxesAttributePlain, SaxesParser, SaxesTagPlain } from 'saxes';
import { AppError } from '../../platform/errors/app-error';
import { UnreadableFile } from './file.errors';
import { XlsxArchive } from './xlsx-archive';
import { clip, SAVE_AGAIN } from './xlsx-messages';

const MAX_DEPTH = 100;
const MAX_ATTRIBUTES = 500;
/** Of one element, names and values together. */
const MAX_ATTRIBUTE_CHARS = 256 * 1024;
const MAX_NAME_CHARS = 1_000;
/** Input without any event: one text, comment or attribute that would be gathered in memory. */
const MAX_SILENT_BYTES = 4 * 1024 ** 2;
const ENCODINGS = /^(utf-?8|utf-?16(le|be)?|us-ascii)$/i;

/** Attributes of an element, by name as written. */
export type XmlAttributes = Readonly<Record<string, string>>;

/** Receives the elements of one part. Names come without the prefix of the root element; the root has depth 1. */
export interface XmlHandler {
  /** Local name the root element must have. */
  readonly root: string;
  open(name: string, attributes: XmlAttributes, depth: number): void;
  close?(name: string, depth: number): void;
  text?(text: string): void;
}

/**
 * Reads one XML part in one go.
 * @throws UnreadableFile for XML that is not well-formed or goes beyond the limits.
 */
export async function readXml(archive: XlsxArchive, part: string, handler: XmlHandler): Promise<void> {
  const xml = new XmlFeed(part, handler);
  for await (const chunk of archive.chunks(part)) xml.write(chunk);
  xml.end();
}

/**
 * Feeds the bytes of one part to a SAX parser (UTF-8, or UTF-16 by its byte order mark or first bytes; XML 1.0, 4.3.3)
 * and the events to a handler. A DOCTYPE is refused, so that no entity can be declared and none is resolved but the
 * five of XML itself; depth, attributes and text are bounded. Namespaces are told by the prefix of the root element, so
 * that transitional and strict workbooks read alike and elements of extensions are left out.
 */
export class XmlFeed {
  private readonly parser = new SaxesParser({ position: false, xmlns: false });
  private decoder: TextDecoder | undefined;
  private prefix = '';
  private depth = 0;
  private attributes = 0;
  private attributeChars = 0;
  private silentBytes = 0;

  constructor(
    private readonly part: string,
    private readonly handler: XmlHandler,
  ) {
    // With an eighth handler V8 keeps the parser's properties in a hash table, and it runs six times slower. So errors are
    // caught where it throws them, and the declaration is looked at with the root element.
    this.parser.on('doctype', () => this.refuse('it holds a DOCTYPE, which no spreadsheet program writes'));
    this.parser.on('attribute', (attribute) => this.onAttribute(attribute));
    this.parser.on('opentag', (tag) => this.onOpen(tag));
    this.parser.on('closetag', (tag) => this.onClose(tag));
    const onText = (text: string) => {
      this.silentBytes = 0;
      handler.text?.(text);
    };
    this.parser.on('text', onText);
    this.parser.on('cdata', onText);
  }

  /** @throws UnreadableFile */
  write(chunk: Buffer): void {
    this.silentBytes += chunk.length;
    if (this.silentBytes > MAX_SILENT_BYTES) this.refuse('it holds a text of more than 4 MiB');
    this.decoder ??= new TextDecoder(encodingOf(chunk), { fatal: true });
    this.parse(this.decode(this.decoder, chunk));
  }

  /** @throws UnreadableFile when the part is not complete. */
  end(): void {
    if (this.decoder) this.parse(this.decode(this.decoder));
    this.parse(null);
  }

  private parse(text: string | null): void {
    try {
      this.parser.write(text);
    } catch (error) {
      // The handlers speak for themselves; anything else is the parser's word.
      if (error instanceof AppError) throw error;
      this.refuse(`it is not well-formed XML (${error instanceof Error ? clip(error.message) : 'unknown reason'})`);
    }
  }

  private decode(decoder: TextDecoder, chunk?: Buffer): string {
    try {
      return decoder.decode(chunk, { stream: chunk !== undefined });
    } catch {
      return this.refuse(`it is not valid ${decoder.encoding.toUpperCase()} text`);
    }
  }

  private checkEncoding(encoding: string | undefined): void {
    if (encoding === undefined) return;
    const read = this.decoder?.encoding ?? '';
    const wide = /16/.test(encoding);
    if (!ENCODINGS.test(encoding) || wide !== read.startsWith('utf-16')) {
      this.refuse(`it declares the encoding "${clip(encoding)}", and only UTF-8 and UTF-16 are read`);
    }
  }

  private onAttribute({ name, value }: SaxesAttributePlain): void {
    this.silentBytes = 0;
    this.attributes += 1;
    if (this.attributes > MAX_ATTRIBUTES) this.refuse(`an element has more than ${MAX_ATTRIBUTES} attributes`);
    this.attributeChars += name.length + value.length;
    if (this.attributeChars > MAX_ATTRIBUTE_CHARS) this.refuse('the attributes of an element are too long');
  }

  private onOpen(tag: SaxesTagPlain): void {
    this.silentBytes = 0;
    this.attributes = 0;
    this.attributeChars = 0;
    this.depth += 1;
    if (tag.name.length > MAX_NAME_CHARS) this.refuse('the name of an element is too long');
    if (this.depth > MAX_DEPTH) this.refuse(`its elements are nested deeper than ${MAX_DEPTH} levels`);
    if (this.depth === 1) this.checkEncoding(this.parser.xmlDecl.encoding);
    if (this.depth === 1) this.prefix = tag.name.slice(0, tag.name.indexOf(':') + 1);
    const name = this.localName(tag.name);
    if (this.depth === 1 && name !== this.handler.root) {
      this.refuse(`it begins with <${clip(tag.name)}> where <${this.handler.root}> is expected`);
    }
    this.handler.open(name, tag.attributes, this.depth);
  }

  private onClose(tag: SaxesTagPlain): void {
    this.silentBytes = 0;
    this.handler.close?.(this.localName(tag.name), this.depth);
    this.depth -= 1;
  }

  private localName(name: string): string {
    if (this.prefix === '') return name;
    return name.startsWith(this.prefix) ? name.slice(this.prefix.length) : `:${name}`;
  }

  private refuse(reason: string): never {
    throw new UnreadableFile(`The workbook's part "${clip(this.part)}" cannot be read: ${reason}. ${SAVE_AGAIN}`);
  }
}

function encodingOf(head: Buffer): string {
  const start = head.subarray(0, 2).toString('hex');
  if (start === 'fffe' || start === '3c00') return 'utf-16le';
  return start === 'feff' || start === '003c' ? 'utf-16be' : 'utf-8';
}
