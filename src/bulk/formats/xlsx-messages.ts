/** What to do about a workbook that a spreadsheet program would repair silently. */
export const SAVE_AGAIN = 'Open it in a spreadsheet program, save it again as .xlsx and upload the new file.';

const SHOWN = 120;

/** Text out of a file, made fit for a message: without control characters and at most 120 characters long. */
export function clip(text: string): string {
  const clean = text.slice(0, SHOWN + 1).replace(/[\p{Cc}\p{Cs}]/gu, ' ');
  return clean.length > SHOWN ? `${clean.slice(0, SHOWN)}…` : clean;
}

/** True for failures of the machine (disk, handles), which are no fault of the file and must not be blamed on it. */
export function isSystemError(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'syscall' in error;
}
