import type { CustomPatch } from '../custom/custom-field.contract';
import type { FieldChange } from '../customer-history.entity';

/** The custom fields of a customer while changes are taken back. */
export class ReversedCustomValues {
  private readonly wanted = new Map<string, string | null>();

  /** @param before values of all registered fields; null for an empty one */
  constructor(private readonly before: CustomPatch) {}

  /** Takes a change back; false when it is about something else, or about a field whose extension is gone. */
  revert({ field, from }: FieldChange): boolean {
    if (!Object.hasOwn(this.before, field) || (from !== null && typeof from !== 'string')) return false;
    this.wanted.set(field, from);
    return true;
  }

  /** What is to be written. */
  get patch(): CustomPatch {
    return Object.fromEntries(this.wanted);
  }

  changes(): FieldChange[] {
    return [...this.wanted].flatMap(([field, to]) => {
      const from = this.before[field] ?? null;
      return from === to ? [] : [{ field, from, to }];
    });
  }
}
