import { defineError } from '../../platform/errors/app-error';

/** The bytes are of a kind no format takes (legacy .xls, PDF, image …), or of an encoding that cannot be told. */
export class UnsupportedFileFormat extends defineError('UNSUPPORTED_FILE_FORMAT', 'CLIENT_REQUEST_ERROR', 415) {}

/** The file claims a known format and cannot be read as such: broken archive, broken XML, unclosed quote. */
export class UnreadableFile extends defineError('UNREADABLE_FILE', 'CLIENT_REQUEST_ERROR', 400) {}

/** The file is, or unpacks to, more than is taken, or takes more memory or time to read. */
export class FileTooLarge extends defineError('FILE_TOO_LARGE', 'CLIENT_REQUEST_ERROR', 413) {}

/** The file can be read but not worked with: no header row, repeated header, required column or sheet missing. */
export class UnusableTable extends defineError('UNUSABLE_TABLE', 'UNPROCESSABLE_REQUEST') {}

/** More data rows than one file may hold. */
export class TooManyRows extends defineError('TOO_MANY_ROWS', 'UNPROCESSABLE_REQUEST') {}

/** The words for a file that none of the known formats takes. @param kind what it is, where that is known */
export function noKnownFormat(names: readonly string[], kind: string | null = null): UnsupportedFileFormat {
  // Made here, as it takes ten milliseconds: threads that read files never need it.
  const formats = new Intl.ListFormat('en', { type: 'disjunction' }).format(names.toSorted());
  const problem = kind === null ? 'The file is in no format this service reads' : `The file is ${kind}`;
  return new UnsupportedFileFormat(`${problem}; save it as ${formats} and upload that.`);
}

/** The words for a file whose reading was given up because of its memory. */
export function tooMuchMemory(megabytes: number): FileTooLarge {
  return new FileTooLarge(
    `Reading the file takes more than ${megabytes} MB of memory, the most one file may take; split it into several files, or shorten its texts.`,
  );
}

/** The words for a file whose reading was given up because of its time. */
export function tooMuchTime(seconds: number): FileTooLarge {
  return new FileTooLarge(
    `Reading the file takes more than ${seconds} seconds, the most one file may take; split it into several files, or save it as CSV.`,
  );
}
