/** Success body of the commerce API. */
export interface CommerceAnswer<T> {
  readonly data: T;
  readonly messages: string[];
  readonly total: number;
}

/** The envelope around one thing, or around a list whose total is its length unless there are more pages. */
export function commerceAnswer<T>(
  data: T,
  message = 'Completed',
  total = Array.isArray(data) ? data.length : 1,
): CommerceAnswer<T> {
  return { data, messages: [message], total };
}
