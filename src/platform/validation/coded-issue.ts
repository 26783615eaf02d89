/** One fault or remark about a record, as data: a stable code, where, what was given and what to do. */
export interface CodedIssue {
  /** Field concerned; null where the record as a whole is meant. */
  readonly field: string | null;
  readonly code: string;
  readonly message: string;
  readonly rejectedValue: string | null;
}
