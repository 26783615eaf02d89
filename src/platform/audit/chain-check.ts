import type { AuditHead } from './audit-head.entity';
import type { StoredEntry } from './audit.repository';
import type { AuditSeal } from './audit-seal';

/** Something that is not as it was written. */
export interface AuditFault {
  /** Place in the chain; null for what has none. */
  readonly sequenceNo: number | null;
  readonly entryId: string | null;
  /** What is wrong, and with what. */
  readonly fault: string;
}

/** Goes along the chain, entry by entry, and finds what was changed, removed, inserted or moved. */
export class ChainCheck {
  readonly faults: AuditFault[] = [];
  private last = { sequenceNo: 0, hash: '' };
  private readonly seen = new Set<string>();

  constructor(private readonly seal: AuditSeal) {}

  /** Entries that were checked. */
  get count(): number {
    return this.seen.size;
  }

  /** Place and hash of the entry checked last. */
  get end(): { readonly sequenceNo: number; readonly hash: string } {
    return this.last;
  }

  /** Checks the next entry; true when what it says is what was put down. */
  next({ entry, values }: StoredEntry): boolean {
    const { id, entryId, mac, hash } = entry;
    const sequenceNo = entry.sequenceNo ?? 0;
    const fault = (text: string) => this.faults.push({ sequenceNo, entryId, fault: text });
    const expected = this.last.sequenceNo + 1;
    if (sequenceNo > expected) fault(`entries ${expected} to ${sequenceNo - 1} are missing in front of it`);
    if (sequenceNo < expected) fault('another entry has the same place');
    const isGenuine = this.seal.ofEntry(values) === mac;
    if (!isGenuine) fault('it was changed after it was put down, or not put down by this service');
    else if (this.seen.has(entryId)) fault('it is a copy of another entry');
    else if (hash !== this.seal.ofLink(this.last.hash, sequenceNo, id, mac)) {
      fault(
        'it is not at its place in the chain: it, or the entry before it, was moved, inserted, removed or renumbered',
      );
    }
    this.seen.add(entryId);
    this.last = { sequenceNo, hash: hash ?? '' };
    return isGenuine;
  }

  /** Compares the last entry with the end of the chain as the service noted it. @param heads how many notes there are */
  finish(head: AuditHead | null, heads: number): void {
    const { sequenceNo, hash } = this.last;
    const fault = (text: string) => this.faults.push({ sequenceNo: null, entryId: null, fault: text });
    if (head === null || heads !== 1) fault('the note of where the chain ends is missing, or there are several');
    else if (head.mac !== this.seal.ofEnd(head) || head.keyCheck !== this.seal.keyCheck()) {
      fault('the note of where the chain ends was changed');
    } else if (head.sequenceNo > sequenceNo)
      fault(`entries ${sequenceNo + 1} to ${head.sequenceNo} are missing at the end`);
    else if (head.sequenceNo === sequenceNo && head.hash !== hash)
      fault('the last entry is not the one that was noted');
  }
}
