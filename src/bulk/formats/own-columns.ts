/** Columns this service adds to result files; ignored when such a file comes back. */
export const RESULT_COLUMNS = ['_row', '_status', '_error_code', '_error_field', '_error_message'] as const;
export const SUCCESS_COLUMNS = ['_row', '_status', '_customer_id', '_warning_code', '_warning_message'] as const;

const OWN_COLUMNS = new Set<string>([...RESULT_COLUMNS, ...SUCCESS_COLUMNS]);

/** True for a header this service adds to result files. */
export function isOwnColumn(header: string): boolean {
  return OWN_COLUMNS.has(header.trim().toLowerCase());
}
