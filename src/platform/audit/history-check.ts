import type { AuditEntry, RewrittenRow } from './audit-entry.entity';
import type { StoredHistoryRow } from './audit.repository';
import type { AuditSeal } from './audit-seal';
import type { AuditFault } from './chain-check';
import { countOf, IdSpan, parseSpans } from './id-spans';

/** An entry that vouches for history rows, and what was found of them. */
interface VouchedRows {
  readonly entry: AuditEntry;
  readonly expected: number;
  readonly fingerprints: string[];
  /** A row whose later fingerprints do not follow from one another. */
  broken: number | null;
}

/** Compares the rows of one history table, given in the order of their ids, with the entries that vouch for them. */
export class HistoryCheck {
  private readonly spans: { readonly span: IdSpan; readonly rows: VouchedRows }[] = [];
  private readonly vouched: VouchedRows[] = [];
  private readonly rewritten = new Map<number, RewrittenRow[]>();
  private readonly strangers: number[] = [];
  private next = 0;
  private checked = 0;

  /** @param table the rows stand in */
  constructor(
    readonly table: string,
    private readonly seal: AuditSeal,
  ) {}

  /** Rows that were checked. */
  get count(): number {
    return this.checked;
  }

  /** Adds a genuine entry of this table, in the order of the chain; all of them before the first row. */
  add(entry: AuditEntry): void {
    for (const row of entry.rewritten ?? []) {
      const known = this.rewritten.get(row[0]);
      if (known === undefined) this.rewritten.set(row[0], [row]);
      else known.push(row);
    }
    if (entry.historyIds === null) return;
    const spans = parseSpans(entry.historyIds);
    const rows = { entry, expected: countOf(spans), fingerprints: [], broken: null };
    this.vouched.push(rows);
    for (const span of spans) this.spans.push({ span, rows });
  }

  /** To be called between the last entry and the first row. */
  begin(): void {
    this.spans.sort((a, b) => a.span[0] - b.span[0]);
  }

  /** Checks the next row. */
  row({ id, values }: StoredHistoryRow): void {
    this.checked++;
    while ((this.spans[this.next]?.span[1] ?? Infinity) < id) this.next++;
    const found = this.spans[this.next];
    if (found === undefined || id < found.span[0]) {
      this.strangers.push(id);
      return;
    }
    const { rows } = found;
    let fingerprint = this.seal.fingerprint(id, values);
    // Backwards from what the row is to what it was when it was made.
    for (const [, was, is] of (this.rewritten.get(id) ?? []).toReversed()) {
      if (is !== fingerprint) rows.broken ??= id;
      fingerprint = was;
    }
    rows.fingerprints.push(fingerprint);
  }

  /** What is wrong. @param later entries that were put down since the check began; rows they vouch for are no strangers */
  faults(later: readonly AuditEntry[]): AuditFault[] {
    const spans = later
      .filter(({ historyTable }) => historyTable === this.table)
      .flatMap(({ historyIds }) => parseSpans(historyIds ?? ''));
    const changed = this.vouched.flatMap(({ entry, expected, fingerprints, broken }): AuditFault[] => {
      const { sequenceNo, entryId, historyIds } = entry;
      const of = `the history rows ${historyIds ?? ''} of ${this.table}`;
      const missing = expected - fingerprints.length;
      if (missing > 0) return [{ sequenceNo, entryId, fault: `${missing} of ${of} are missing` }];
      if (broken !== null) return [{ sequenceNo, entryId, fault: `row ${broken} of ${of} was changed` }];
      if (this.seal.digest(fingerprints) === entry.digest) return [];
      return [{ sequenceNo, entryId, fault: `at least one of ${of} was changed` }];
    });
    const inserted = this.strangers
      .filter((id) => !spans.some(([first, last]) => first <= id && id <= last))
      .map((id): AuditFault => {
        const fault = `the history row ${id} of ${this.table} was inserted: no entry vouches for it`;
        return { sequenceNo: null, entryId: null, fault };
      });
    return [...changed, ...inserted];
  }
}
