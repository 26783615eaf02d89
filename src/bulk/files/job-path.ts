/** Path of a job in the API. */
export function jobPath(jobId: string): string {
  return `/api/v0/bulk/jobs/${jobId}`;
}
