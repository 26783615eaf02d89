import { isObject, type Json, type JsonObject, mergePatch } from './json-values';
import { ModelTable } from './model-table';
import { type DuplicateRule, RowClaims } from './row-claims';

/** One record of a bulk update as it is sent. */
export interface RecordChange {
  readonly id: string;
  readonly data: Json;
  readonly ifVersion?: number;
}

/** A record of a bulk update, and whether it keeps the rules. */
export interface DrawnChange {
  readonly sent: RecordChange;
  readonly isValid: boolean;
}

/** What a bulk update must be answered, as far as it is compared. */
export interface RecordAnswer {
  readonly status: number;
  readonly success: boolean;
  readonly message: string;
  readonly total: number;
  readonly valid: number;
  readonly invalid: number;
  readonly successful: number;
  readonly failed: number;
  readonly errors: readonly (readonly [id: string, error: string])[];
  readonly invalidAt: readonly number[];
}

/** The records of one campaign, by the rules of the contract: RFC 7396, versions, one record after the other. */
export class RecordModel {
  readonly table = new ModelTable<JsonObject>();

  /** The campaign's first records. */
  add(call: number, documents: ReadonlyMap<string, JsonObject>): void {
    [...documents].forEach(([id, data], index) => this.table.put(call, index + 1, id, data));
  }

  /** Applies a bulk update and gives its answer. */
  update(call: number, changes: readonly DrawnChange[], rule: DuplicateRule): RecordAnswer {
    const claims = new RowClaims(
      rule,
      changes.map(({ sent, isValid }) => (isValid ? sent.id : null)),
    );
    const errors: [string, string][] = [];
    const invalidAt: number[] = [];
    changes.forEach(({ sent, isValid }, index) => {
      const isOutvoted = isValid && !claims.take(sent.id, index);
      const error = isOutvoted ? 'duplicate_document_exception' : isValid ? this.change(call, index + 1, sent) : null;
      if (!isValid) invalidAt.push(index);
      if (error !== null) errors.push([sent.id, error]);
    });
    const [total, invalid, failed] = [changes.length, invalidAt.length, errors.length];
    const successful = total - invalid - failed;
    const success = successful === total;
    return {
      ...{ status: success ? 200 : 207, success, message: `Updated ${successful} of ${total} records` },
      ...{ total, valid: total - invalid, invalid, successful, failed, errors, invalidAt },
    };
  }

  private change(call: number, row: number, { id, data, ifVersion }: RecordChange): string | null {
    const current = this.table.live(id);
    if (current === null) return 'document_missing_exception';
    if (ifVersion !== undefined && ifVersion !== current.version) return 'version_conflict_engine_exception';
    const next = mergePatch(current.state, data);
    if (isObject(next)) this.table.put(call, row, id, next);
    return null;
  }
}
