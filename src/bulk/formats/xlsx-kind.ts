import { FileHandle, open } from 'node:fs/promises';
import { UnreadableFile, UnsupportedFileFormat } from './file.errors';
import { XlsxArchive } from './xlsx-archive';
import { clip, SAVE_AGAIN } from './xlsx-messages';

const ZIP = Buffer.from('PK\x03\x04', 'latin1');
const EMPTY_ZIP = Buffer.from('PK\x05\x06', 'latin1');
/** Compound File Binary, the container of .xls and of every encrypted Office file ([MS-CFB] 2.2). */
const CFB = Buffer.from('d0cf11e0a1b11ae1', 'hex');
/** Streams of an encrypted workbook ([MS-OFFCRYPTO] 2.3.4); names in a CFB directory are UTF-16. */
const ENCRYPTED = ['EncryptedPackage', 'EncryptionInfo'].map((name) => Buffer.from(name, 'utf16le'));
const SCAN_BYTES = 64 * 1024;
/** Longer than any of these names, which may lie across two reads. */
const OVERLAP = 64;
const AS_XLSX = 'Save it as .xlsx (Excel workbook) and upload that file.';

/** True for zip archives and for the container of legacy and encrypted workbooks, which `read` refuses by name. */
export function looksLikeWorkbook(head: Buffer): boolean {
  return [ZIP, EMPTY_ZIP, CFB].some((signature) => head.subarray(0, signature.length).equals(signature));
}

/**
 * Refuses files in the container of .xls.
 * @throws UnsupportedFileFormat naming the kind of file.
 */
export async function refuseCompoundFile(file: string): Promise<void> {
  const handle = await open(file, 'r');
  try {
    const head = Buffer.alloc(CFB.length);
    await handle.read(head, 0, head.length, 0);
    if (!head.equals(CFB)) return;
    throw new UnsupportedFileFormat(
      (await holdsEncryption(handle))
        ? 'The workbook is password-protected. Remove the password in the spreadsheet program and upload it again.'
        : `The file is a legacy Excel workbook (.xls) or another old Office file. ${AS_XLSX}`,
    );
  } finally {
    await handle.close();
  }
}

/**
 * Refuses archives that are no .xlsx workbook; what is left has a content type list without macros.
 * @throws UnsupportedFileFormat naming the kind of file, UnreadableFile when it has no parts at all.
 */
export async function refuseOtherArchives(archive: XlsxArchive): Promise<void> {
  const names = archive.names;
  const begins = (folder: string) => names.some((name) => name.startsWith(folder));
  if (names.length === 0) throw new UnreadableFile(`The file is an empty zip archive. ${SAVE_AGAIN}`);
  if (archive.has('mimetype')) refuse(await openDocumentKind(archive));
  if (archive.has('xl/workbook.bin')) refuse('a binary Excel workbook (.xlsb)');
  if (names.some((name) => name.endsWith('vbaproject.bin'))) refuse('an Excel workbook with macros (.xlsm)');
  if (begins('index/') && names.some((name) => name.endsWith('.iwa'))) refuse('an Apple Numbers or iWork document');
  if (begins('word/')) refuse('a Word document (.docx)');
  if (begins('ppt/')) refuse('a PowerPoint presentation (.pptx)');
  if (archive.has('[content_types].xml') || begins('xl/')) return;
  throw new UnsupportedFileFormat(
    'The file is a zip archive, not a workbook. Unpack it and upload the .xlsx, .csv or .ndjson file inside.',
  );
}

function refuse(kind: string): never {
  throw new UnsupportedFileFormat(`The file is ${kind}, which is not taken. ${AS_XLSX}`);
}

/** @throws UnsupportedFileFormat for a content type that stands for macros or a binary workbook. */
export function refuseContentType(contentType: string): void {
  if (/macroEnabled|vbaProject|macrosheet/i.test(contentType)) refuse('an Excel workbook with macros (.xlsm)');
  if (/ms-excel\.sheet\.binary/i.test(contentType)) refuse('a binary Excel workbook (.xlsb)');
}

async function openDocumentKind(archive: XlsxArchive): Promise<string> {
  let type = '';
  for await (const chunk of archive.chunks('mimetype')) {
    type = chunk.toString('latin1', 0, 200);
    break;
  }
  if (type.startsWith('application/vnd.oasis.opendocument.spreadsheet')) return 'an OpenDocument spreadsheet (.ods)';
  return `an OpenDocument or e-book file (${clip(type.trim())})`;
}

async function holdsEncryption(handle: FileHandle): Promise<boolean> {
  const buffer = Buffer.alloc(SCAN_BYTES);
  for (let position = 0; ; position += SCAN_BYTES - OVERLAP) {
    const { bytesRead } = await handle.read(buffer, 0, SCAN_BYTES, position);
    const bytes = buffer.subarray(0, bytesRead);
    if (ENCRYPTED.some((name) => bytes.includes(name))) return true;
    if (bytesRead < SCAN_BYTES) return false;
  }
}
