/** What Node's file system calls a disk that is full or failing, or a process that has too many files open. */
const STORAGE_CODES = new Set(['ENOSPC', 'EDQUOT', 'EIO', 'EROFS', 'EMFILE', 'ENFILE']);

/** True when files cannot be written or read at the moment, whatever is in them. */
export function isStorageFault(error: unknown): boolean {
  return error instanceof Error && 'code' in error && STORAGE_CODES.has(String(error.code));
}
