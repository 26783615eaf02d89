import type { Answer } from '../call';

const MOST_KEPT = 40;

/** Where ids stand in answers, by the kind of id. */
const FOUND_BY = {
  customerId: /\bKC[A-Z0-9]{14}\b/g,
  jobId: /\bJOB[A-Z0-9]{26}\b/g,
  campaignId: /\bcamp_[A-Za-z0-9]{1,40}\b/g,
  number: /(?<="id":)\d+/g,
  cursor: /(?<="nextCursor":")[^"]+/g,
} as const;
type IdKind = keyof typeof FOUND_BY;

/** Ids of records that are there, or were: what calls must name to come further than "not found". */
export class KnownIds {
  private readonly ids: Record<IdKind, string[]>;

  constructor(
    customerIds: readonly string[],
    private readonly companyId: string,
  ) {
    this.ids = { customerId: [...customerIds], jobId: [], campaignId: ['camp_abc123'], number: ['1'], cursor: [] };
  }

  /** Learns what an answer names. */
  learn({ body, headers }: Answer): void {
    // The jobs of the demo are not among them: to undo those would leave no customer to work on.
    const text = body.toString('latin1');
    for (const [kind, pattern] of Object.entries(FOUND_BY) as [IdKind, RegExp][]) {
      const list = this.ids[kind];
      for (const [id] of (kind === 'jobId' ? (headers['x-job-id'] ?? '') : text).matchAll(pattern))
        if (!list.includes(id)) list.push(id);
      list.splice(0, list.length - MOST_KEPT);
    }
  }

  /** An id for a parameter or member of that name; undefined when names like it are no ids. */
  idFor(name: string, path: string, choice: number): string | undefined {
    const pick = (list: readonly string[]) => list[choice % list.length];
    switch (name) {
      case 'customerId':
        return pick(this.ids.customerId);
      case 'jobId':
        return pick(this.ids.jobId);
      case 'cursor':
        return pick(this.ids.cursor);
      case 'campaignId':
        return pick(this.ids.campaignId);
      case 'parentCompanyId':
      case 'companyId':
        return this.companyId;
      case 'lookupKey':
        return 'id';
      case 'lookupValue':
        return pick(this.ids.number);
      case 'file':
        return pick(['success.csv', 'failure.xlsx', 'unprocessed.ndjson', 'success.ndjson', 'failure.csv']);
      case 'id':
        if (path.startsWith('/customers')) return pick(this.ids.number);
        return path.includes('/campaigns') ? pick(this.ids.campaignId) : pick(['loan_12345', 'loan_67890', 'loan_1']);
      default:
        return undefined;
    }
  }
}
