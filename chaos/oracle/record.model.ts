import { isObject, type Json, type JsonObject, mergePatch } from './json-values';
import { ModelTable } from './model-table';
import type { RowFate } from './rehearsal';
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

/** What became of a record of a bulk update. */
export interface ChangeFate extends RowFate {
  /** Null when it could be applied. */
  readonly error: string | null;
}

const FAILED = { verdict: 'failed', record: null, version: null } as const;
/** Of a record that breaks a rule: it stands among the invalid ones. */
const INVALID = 'invalid';

/** The records of one campaign, by the rules of the contract: RFC 7396, versions, one record after the other. */
export class RecordModel {
  readonly table = new ModelTable<JsonObject>();

  /** The campaign's first records. */
  add(call: number, documents: ReadonlyMap<string, JsonObject>): void {
    [...documents].forEach(([id, data], index) => this.table.put(call, index + 1, id, data));
  }

  /** Begins to apply the records of a bulk update. */
  update(call: number, changes: readonly DrawnChange[], rule: DuplicateRule): (index: number) => ChangeFate {
    const claims = new RowClaims(
      rule,
      changes.map(({ sent, isValid }) => (isValid ? sent.id : null)),
    );
    return (index) => {
      const change = changes[index];
      if (change?.isValid !== true) return { ...FAILED, error: INVALID };
      if (!claims.take(change.sent.id, index)) return { ...FAILED, error: 'duplicate_document_exception' };
      return this.change(call, index + 1, change.sent);
    };
  }

  private change(call: number, row: number, { id, data, ifVersion }: RecordChange): ChangeFate {
    const current = this.table.live(id);
    if (current === null) return { ...FAILED, error: 'document_missing_exception' };
    if (ifVersion !== undefined && ifVersion !== current.version)
      return { ...FAILED, error: 'version_conflict_engine_exception' };
    const next = mergePatch(current.state, data);
    const isChanged = isObject(next) && this.table.put(call, row, id, next);
    const version = isChanged ? current.version + 1 : null;
    return { verdict: isChanged ? 'updated' : 'unchanged', record: id, version, error: null };
  }
}

/** The answer to a bulk update, from what became of its records. */
export function answerFor(changes: readonly DrawnChange[], fates: readonly ChangeFate[]): RecordAnswer {
  const errors: [string, string][] = [];
  const invalidAt: number[] = [];
  fates.forEach(({ error }, index) => {
    if (error === INVALID) invalidAt.push(index);
    else if (error !== null) errors.push([changes[index]?.sent.id ?? '', error]);
  });
  const [total, invalid, failed] = [changes.length, invalidAt.length, errors.length];
  const successful = total - invalid - failed;
  const success = successful === total;
  return {
    ...{ status: success ? 200 : 207, success, message: `Updated ${successful} of ${total} records` },
    ...{ total, valid: total - invalid, invalid, successful, failed, errors, invalidAt },
  };
}
