import { InvalidRequest } from '../../platform/errors/http.errors';
import { MOST_RECORDS } from '../campaign.dto';
import { CAMPAIGN_ID } from '../campaign.validators';

/** Gathers what is wrong with a body as a whole, in the words of the published page. */
class BodyFaults {
  private readonly faults: string[] = [];

  add(fault: string): void {
    this.faults.push(fault);
  }

  /** @throws InvalidRequest when there was a fault */
  check(): void {
    if (this.faults.length === 0) return;
    throw new InvalidRequest(this.faults.join('; '), {
      issues: this.faults.map((message) => ({ object: 'body', field: 'body', rejectedValue: null, message })),
    });
  }
}

type Body = Readonly<Record<string, unknown>>;

/** The members of a body that is an object with no others than those. @throws InvalidRequest */
function membersOf(body: unknown, known: readonly string[], faults: BodyFaults): Body {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    faults.add('the body must be an object');
    faults.check();
  }
  const members = body as Body;
  for (const key of Object.keys(members)) {
    if (!known.includes(key)) faults.add(`property ${key.slice(0, 100)} should not exist`);
  }
  return members;
}

function campaignIdOf({ campaignId }: Body, faults: BodyFaults): string {
  if (typeof campaignId === 'string' && CAMPAIGN_ID.test(campaignId)) return campaignId;
  faults.add(
    campaignId === undefined
      ? 'campaignId is required'
      : 'campaignId must be camp_ followed by 1 to 40 letters and digits',
  );
  return '';
}

/** Campaign and records of a bulk body; the records themselves are not judged yet. */
export interface RecordsBody {
  readonly campaignId: string;
  readonly records: readonly unknown[];
}

/**
 * Reads a bulk body `{ campaignId, records }`.
 *
 * @param names what the list of records may be called; the first is used in messages
 * @throws InvalidRequest with every fault of the call as a whole
 */
export function readRecordsBody(body: unknown, names: readonly [string, ...string[]]): RecordsBody {
  const faults = new BodyFaults();
  const members = membersOf(body, ['campaignId', ...names], faults);
  const campaignId = campaignIdOf(members, faults);
  const given = names.filter((name) => members[name] !== undefined);
  const name = given[0] ?? names[0];
  const records = members[name];
  if (given.length > 1) faults.add(`${given.join(' and ')} are the same; send one of them`);
  if (records === undefined) faults.add(`${name} is required`);
  else if (!Array.isArray(records)) faults.add(`${name} must be an array`);
  else if (records.length === 0) faults.add(`${name} must contain at least 1 item`);
  else if (records.length > MOST_RECORDS) faults.add(`${name} cannot exceed ${MOST_RECORDS} items per request`);
  faults.check();
  return { campaignId, records: records as unknown[] };
}

/** Members of a body about one record; which of them must be there is for the caller to say. @throws InvalidRequest */
export function readRecordBody(body: unknown, known: readonly string[]): { campaignId: string; members: Body } {
  const faults = new BodyFaults();
  const members = membersOf(body, ['campaignId', ...known], faults);
  const campaignId = campaignIdOf(members, faults);
  faults.check();
  return { campaignId, members };
}

/** @throws InvalidRequest when there are faults */
export function refuseFaults(faults: readonly string[]): void {
  const found = new BodyFaults();
  for (const fault of faults) found.add(fault);
  found.check();
}
