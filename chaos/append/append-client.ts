import { performance } from 'node:perf_hooks';
import { RECORDS_PATH } from '../campaign';
import { sendJson } from '../service-client';
import type { ServiceProcess } from '../service-process';
import type { Append, AppendHistory, ReadList } from './append-history';

/** Elements an array of a record may have; then the next member goes on. */
const MOST_ELEMENTS = 100;
const MOST_KEYS = 3;
const LISTS = /^list(\d+)$/;

/** The list of a record: its members one behind the other. */
export function elementsOf(data: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(data)
    .flatMap(([name, value]) => {
      const number = LISTS.exec(name)?.[1];
      return number === undefined ? [] : [{ number: Number(number), elements: value as string[] }];
    })
    .sort((a, b) => a.number - b.number)
    .flatMap(({ elements }) => elements);
}

/** A change that appends an element, for exactly the version that was read. */
interface Change {
  readonly id: string;
  readonly ifVersion: number;
  readonly data: Readonly<Record<string, readonly string[]>>;
}

/** Reads lists, appends an element of its own to each and writes them back, again and again. */
export class AppendClient {
  private sent = 0;

  constructor(
    private readonly name: string,
    private readonly campaignId: string,
    private readonly keys: number,
    private readonly random: () => number,
    private readonly history: AppendHistory,
  ) {}

  /** One round with one to three lists: a single write, or a bulk call. */
  async append(service: ServiceProcess): Promise<void> {
    const count = 1 + Math.floor(this.random() * MOST_KEYS);
    // Some lists are much wanted, so that clients meet and lists get long.
    const drawn = Array.from({ length: count }, () => Math.floor(this.random() ** 3 * this.keys));
    const keys = new Set(drawn.map((key) => `key_${key}`));
    const lists: ReadList[] = [];
    for (const key of keys) {
      const list = await this.read(service, key);
      if (list !== null) lists.push(list);
    }
    const changes = lists.map((list) => this.changeOf(list));
    const isSingle = changes.length === 1 && this.random() < 0.5;
    for (const write of isSingle ? changes : []) await this.write(service, [write], true);
    if (!isSingle && changes.length > 0) await this.write(service, changes, false);
  }

  private async read(service: ServiceProcess, key: string): Promise<ReadList | null> {
    const begunAt = performance.now();
    const answer = await sendJson(service, 'GET', `${RECORDS_PATH}?campaignId=${this.campaignId}&id=${key}`);
    if (answer?.status !== 200) return null;
    const { data } = JSON.parse(answer.text) as { data: { version: number; data: Record<string, unknown> } };
    const list = { key, version: data.version, elements: elementsOf(data.data), begunAt, endedAt: performance.now() };
    this.history.reads.push(list);
    return list;
  }

  private changeOf({ key, version, elements }: ReadList): Change {
    const element = `${this.name}.${this.sent++}`;
    const full = Math.floor(elements.length / MOST_ELEMENTS);
    return {
      id: key,
      ifVersion: version,
      data: { [`list${full}`]: [...elements.slice(full * MOST_ELEMENTS), element] },
    };
  }

  private async write(service: ServiceProcess, changes: readonly Change[], isSingle: boolean): Promise<void> {
    const { campaignId } = this;
    const answer = isSingle
      ? await sendJson(service, 'PUT', RECORDS_PATH, { campaignId, ...changes[0] })
      : await sendJson(service, 'PUT', `${RECORDS_PATH}/bulk`, { campaignId, records: changes });
    const endedAt = performance.now();
    const outcomes = isSingle ? singleOutcome(answer?.status) : bulkOutcomes(answer?.status, answer?.text ?? '');
    for (const { id: key, ifVersion, data } of changes) {
      const element = Object.values(data)[0]?.at(-1) ?? '';
      this.history.appends.push({ key, element, ifVersion, endedAt, outcome: outcomes(key) });
    }
  }
}

type Outcomes = (key: string) => Append['outcome'];

function singleOutcome(status: number | undefined): Outcomes {
  return () => (status === 200 ? 'applied' : status === 409 ? 'refused' : 'unknown');
}

/** Anything else than the two answers of a call that was done leaves open what became of it. */
function bulkOutcomes(status: number | undefined, text: string): Outcomes {
  if (status !== 200 && status !== 207) return () => 'unknown';
  const { results } = JSON.parse(text) as { results: { errors: { id: string; error: string }[] } };
  const errors = new Map(results.errors.map(({ id, error }) => [id, error]));
  return (key) => {
    const error = errors.get(key);
    return error === undefined ? 'applied' : error === 'version_conflict_engine_exception' ? 'refused' : 'unknown';
  };
}
