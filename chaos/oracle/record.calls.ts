import { leadOf, RECORDS_PATH } from '../campaign';
import { difference, type OracleCall, type OracleWorld, REFUSED_SHARE, refusedCall } from './oracle.call';
import { drawChoices, perform } from './call-choices';
import type { Dice } from './dice';
import type { Json, JsonObject } from './json-values';
import { answerFor, type DrawnChange } from './record.model';

/** Records of the campaign: few, so that calls meet. */
const RECORDS = 8;
const PATH = `${RECORDS_PATH}/bulk`;

/** First records of a campaign. */
export function firstRecords(): Map<string, JsonObject> {
  const ids = Array.from({ length: RECORDS }, (_, index) => `lead_${index}`);
  return new Map(ids.map((id) => [id, leadOf(id)]));
}

/** A value of a patch; null and objects often, as they are what merging is about. */
function drawValue(dice: Dice, depth: number): Json {
  const kind = dice.below(depth > 0 ? 7 : 5);
  if (kind === 0) return null;
  if (kind === 1) return dice.pick<Json>([0, 1, -2.5, 1e21, true, false]);
  if (kind === 2) return dice.pick(['', 'x', 'ü "quoted"', '#CLEAR']);
  if (kind === 3) return [dice.below(3), { a: null }];
  if (kind === 4) return {};
  return drawObject(dice, depth - 1);
}

function drawObject(dice: Dice, depth: number): JsonObject {
  const names = Array.from({ length: 1 + dice.below(2) }, () => dice.pick(['a', 'b', 'c', 'd/e']));
  return Object.fromEntries(names.map((name) => [name, drawValue(dice, depth)]));
}

function drawChange({ dice, records }: OracleWorld): DrawnChange {
  const id = dice.chance(0.05) ? 'lead_nobody' : `lead_${dice.below(RECORDS)}`;
  if (dice.chance(0.06)) {
    const wrong = dice.pick<Json>([{}, 'text', [], { lead_date: '2026-02-30' }, { lead_id: 'lead_other' }]);
    return { sent: { id, data: wrong }, isValid: false };
  }
  if (dice.chance(0.01)) return { sent: { id: ' ', data: { a: 1 } }, isValid: false };
  const data = drawObject(dice, 2);
  if (!dice.chance(0.25)) return { sent: { id, data }, isValid: true };
  const ifVersion = Math.max(1, (records.table.live(id)?.version ?? 1) + dice.below(3) - 1);
  return { sent: { id, data, ifVersion }, isValid: true };
}

/** What is compared of the answer to a bulk update. */
function answerOf(status: number, body: unknown): unknown {
  const { success, message, results } = body as {
    success: boolean;
    message: string;
    results?: {
      total: number;
      valid: number;
      invalid: number;
      successful: number;
      failed: number;
      errors: { id: string; error: string }[];
      invalidRecords?: { index: number }[];
    };
  };
  if (results === undefined) return { status, body };
  const { total, valid, invalid, successful, failed, errors, invalidRecords = [] } = results;
  return {
    ...{ status, success, message, total, valid, invalid, successful, failed },
    errors: errors.map(({ id, error }) => [id, error]),
    invalidAt: invalidRecords.map(({ index }) => index),
  };
}

/** Bulk update of a campaign. */
export function drawRecordCall(world: OracleWorld, call: number): OracleCall {
  const { dice, records, campaignId } = world;
  const changes = dice.list(() => drawChange(world));
  const body = { campaignId, records: changes.map(({ sent }) => sent) };
  const common = { what: 'campaign', method: 'PUT', path: PATH } as const;
  if (dice.chance(REFUSED_SHARE)) {
    const isForeign = dice.chance(0.5);
    const broken = isForeign ? { ...body, campaignId: 'camp_nobody' } : { ...body, records: [] };
    return refusedCall({ ...common, body: broken }, isForeign ? 403 : 400);
  }
  const choices = drawChoices(dice, 'each');
  const rows = {
    count: changes.length,
    begin: (to: number) => records.update(to, changes, choices.rule),
  };
  const { answers, isRefused } = perform(world, records.table.rehearse, choices, call, [rows], (fate) => {
    return { ...fate, verdict: 'failed', error: 'not_applied_exception' };
  });
  const expected = answerFor(changes, answers.flat());
  return {
    ...{ ...common, path: `${PATH}${choices.query}`, body, makesJob: true, isRefused },
    check: (status, answer) => difference(expected, answerOf(status, answer)),
  };
}
