/** At the end of a failure message: the job that failed the row. */
const JOB_MARK = /\[job (JOB[A-Z0-9]{26})\]$/;

/** Failure message with the mark by which the corrected file finds its job again. */
export function markMessage(message: string, jobId: string): string {
  return `${message} [job ${jobId}]`;
}

/** The job that a failure message is marked with; null for any other text. */
export function markedJobOf(message: string): string | null {
  return JOB_MARK.exec(message)?.[1] ?? null;
}
