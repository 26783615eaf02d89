import { CampaignRecord } from '../campaign-record.entity';
import type { RecordChange } from '../records/record-change';
import { changesBetween, DocumentChange, isJsonObject, JsonObject } from '../records/document-merge';

/** A campaign record while changes are taken back, the newest first. */
export class ReversedRecord {
  private document: JsonObject;
  private isDeleted: boolean;

  constructor(private readonly before: CampaignRecord) {
    this.document = JSON.parse(before.data) as JsonObject;
    this.isDeleted = before.deletionKey !== 0;
  }

  revert({ version, changes }: RecordChange): void {
    if (version === 1) {
      this.isDeleted = true;
      return;
    }
    for (const change of [...changes].reverse()) this.revertChange(change);
  }

  /** What differs from before. */
  changes(): DocumentChange[] {
    const document = JSON.parse(this.before.data) as JsonObject;
    const wasDeleted = this.before.deletionKey !== 0;
    if (wasDeleted && this.isDeleted) return [];
    if (this.isDeleted) return [{ field: '', from: document, isWhole: true }];
    if (wasDeleted) return [{ field: '', to: this.document, isWhole: true }];
    return changesBetween(document, this.document);
  }

  /** The record as it is to be stored. */
  after(updatedAt: Date): CampaignRecord {
    const { id, version } = this.before;
    const data = JSON.stringify(this.document);
    return { ...this.before, data, version: version + 1, deletionKey: this.isDeleted ? id : 0, updatedAt };
  }

  private revertChange({ field, from, isWhole }: DocumentChange): void {
    if (isWhole === true) {
      this.isDeleted = from === undefined;
      if (isJsonObject(from)) this.document = from;
      return;
    }
    const path = field.split('/').map((part) => part.replace(/~1/g, '/').replace(/~0/g, '~'));
    this.document = withMember(this.document, path, from);
  }
}

/** The document with one member set, or without it when the value is undefined. */
function withMember(document: JsonObject, path: readonly string[], value: DocumentChange['from']): JsonObject {
  const [key = '', ...rest] = path;
  const changed = { ...document };
  if (rest.length > 0) {
    const inner = changed[key];
    changed[key] = withMember(isJsonObject(inner) ? inner : {}, rest, value);
  } else if (value === undefined) Reflect.deleteProperty(changed, key);
  else changed[key] = value;
  return changed;
}
