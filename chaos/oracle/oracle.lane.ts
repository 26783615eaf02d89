import { setTimeout as sleep } from 'node:timers/promises';
import type { TestDatabase } from '../../test/support/engines';
import { createCampaign } from '../campaign';
import { chunksOf } from '../chunk-rows';
import { type DatabaseProbe, probeOf } from '../database-probe';
import type { FaultReport } from '../faults/fault-report';
import { Findings } from '../findings';
import { seededRandom } from '../seeded-random';
import { type Answer, CREATE_PATH, sendJson, untilAnswered, upload } from '../service-client';
import { type ServiceOptions, type ServiceProcess, startService } from '../service-process';
import { BookModel } from './book.model';
import { drawCommitCall } from './commit.calls';
import { Dice } from './dice';
import { drawFileCall, firstCustomers } from './file.calls';
import { drawItemCall } from './item.calls';
import { KnownIds } from './known-ids';
import { FileParts, type OracleCall, type OracleWorld, parsed } from './oracle.call';
import { checkTables, tableEnds } from './oracle.checks';
import { drawRecordCall, firstRecords } from './record.calls';
import { RecordModel } from './record.model';
import { checkNumbers } from './ssn.checks';
import { drawUndoCall, FIRST_CALL } from './undo.calls';

/** Part of the calls the service is killed in, of the kills another one follows, and of the calls that are repeated. */
const KILL_SHARE = 0.04;
const AGAIN_SHARE = 0.25;
const REPEAT_SHARE = 0.05;
/** Rows of a chunk, by turns of the seeds: of calls that have one to thirty, nearly all, many or none have several chunks. */
const CHUNK_ROWS = [3, 8, 500] as const;
/** A call under way takes about so long; one whose process died goes on after its lease. */
const LONGEST_CALL_MS = 60;
const LONGEST_LEASE_MS = 9_000;
/** Deviations told of one seed: what follows the first often follows from it. */
const MOST_TOLD = 5;

/** A service whose every answer and every stored row is compared with a model that did the same calls, one by one. */
export class OracleLane {
  private readonly probe: DatabaseProbe;
  private options: ServiceOptions;
  private service: ServiceProcess;

  constructor(
    private readonly database: TestDatabase,
    private readonly report: FaultReport,
  ) {
    this.probe = probeOf(database);
  }

  /** One sequence of calls with kills, and the comparison of all tables at its end. */
  async run(seed: number, calls: number): Promise<void> {
    const chunkRows = CHUNK_ROWS[seed % CHUNK_ROWS.length] ?? CHUNK_ROWS[0];
    this.options = chunksOf(chunkRows);
    this.service = await startService(this.database, this.options);
    try {
      await this.replay(seed, calls, chunkRows);
    } finally {
      await this.service.kill();
    }
  }

  private async replay(seed: number, calls: number, chunkRows: number): Promise<void> {
    const findings = new Findings();
    const ends = await tableEnds(this.probe);
    const world = await this.newWorld(seed, findings);
    let kills = 0;
    for (let call = FIRST_CALL; call < FIRST_CALL + calls; call++) {
      const drawn = drawCall(world, call);
      // Of its own for each call: how long things took must not change what is drawn next.
      kills += await this.make(drawn, call, world, new Dice(seededRandom(seed, 19, call)), findings);
    }
    await checkTables(this.probe, ends, world, findings);
    await checkNumbers(this.service, this.probe, world, findings);
    this.report.count('calls', calls);
    this.report.count('rows changed', world.book.table.history.length + world.records.table.history.length);
    this.report.count('kills', kills);
    findings.deviations.splice(MOST_TOLD);
    this.report.addTrial(`seed ${seed}: ${calls} calls in chunks of ${chunkRows}, ${kills} kills`, findings);
  }

  /** The first records and customers of a seed, with a source and numbers nobody else has. */
  private async newWorld(seed: number, findings: Findings): Promise<OracleWorld> {
    const [records, book, ids, jobs] = [new RecordModel(), new BookModel(), new KnownIds(), new Map<number, string>()];
    const source = `oracle-${seed}`;
    const campaignId = await createCampaign(this.service);
    const documents = firstRecords();
    const added = { campaignId, data: [...documents.values()] };
    const answers = [await sendJson(this.service, 'POST', '/api/v1/customers/add/bulk', added)];
    const { states, file } = firstCustomers(source);
    answers.push(await upload(this.service, CREATE_PATH, file, null));
    answers.forEach((answer, call) => jobs.set(call, answer?.jobId ?? ''));
    records.add(0, documents);
    book.create(1, states);
    const rows = await this.probe.rows('SELECT id, unique_ref_no, customer_id FROM customers WHERE source IS NULL');
    for (const [id, ref] of rows) if (states.has(String(ref))) ids.learn(String(ref), Number(id));
    ids.learnPublic(rows.map(([id, , publicId]) => [Number(id), String(publicId)]));
    const isReady = answers.every((answer) => answer !== null && answer.status < 300);
    findings.expect(isReady, `the first records of seed ${seed} were answered ${JSON.stringify(answers)}`);
    return { dice: new Dice(seededRandom(seed, 19)), records, book, ids, campaignId, source, jobs, ...noFollowUps() };
  }

  /** Makes a call until its outcome is known, and compares that; gives how often the service was killed meanwhile. */
  private async make(
    drawn: OracleCall,
    call: number,
    world: OracleWorld,
    dice: Dice,
    findings: Findings,
  ): Promise<number> {
    const { jobs } = world;
    const keys: string[] = [];
    const send = (key: string): Promise<Answer | null> => {
      keys.push(key);
      const { method, path, body } = drawn;
      return body instanceof FileParts
        ? upload(this.service, path, body.file, null, key, body.contacts)
        : sendJson(this.service, method, path, body, key);
    };
    const state = { isAnswered: false };
    const answering = untilAnswered(send, (figure) => this.report.count(figure));
    const answered = answering.then(() => (state.isAnswered = true));
    let kills = 0;
    for (let share = KILL_SHARE; dice.chance(share) && (kills === 0 || !state.isAnswered); share = AGAIN_SHARE) {
      await Promise.race([sleep(dice.next() * (kills === 0 ? LONGEST_CALL_MS : LONGEST_LEASE_MS)), answered]);
      await this.service.kill();
      this.report.count(state.isAnswered ? 'killed right after the answer' : 'killed before the answer');
      this.service = await startService(this.database, this.options);
      kills++;
    }
    const answer = await answering;
    const fault = drawn.check(answer.status, parsed(answer.text));
    findings.expect(fault === null, `call ${call}, ${drawn.what}, ${fault ?? ''}`);
    if (drawn.makesJob) {
      findings.expect(answer.jobId !== null, `call ${call}, ${drawn.what}, names no job`);
      jobs.set(call, answer.jobId ?? '');
      if (drawn.isRefused === true) world.refused.add(call);
      await this.learn(world);
    }
    if (dice.chance(REPEAT_SHARE)) {
      const again = await send(keys[0] ?? '');
      findings.expect(
        again?.text === answer.text || !drawn.makesJob,
        `call ${call}, sent again, was answered otherwise`,
      );
    }
    return kills;
  }

  /** Takes in which ids the customers and contacts of the model were given. */
  private async learn({ ids, book, source }: OracleWorld): Promise<void> {
    const identities = 'SELECT id, customer_id, source, source_id, language FROM customers WHERE source LIKE ?';
    const rows = await this.probe.rows(identities, `${source}-%`);
    // Who was made without being told of, as the commit of a dry run does.
    for (const [id, , ...identity] of rows) {
      const customer = ids.customerOf(Number(id)) === null ? book.holderOf(identity) : null;
      if (customer !== null && ids.idOf(customer) === null) ids.learn(customer, Number(id));
    }
    ids.learnPublic(rows.map(([id, publicId]) => [Number(id), String(publicId)]));
    const sql = 'SELECT customer_ref, mobile, key_contact_person_id FROM customer_contacts WHERE deleted = 0';
    for (const [ref, mobile, publicId] of await this.probe.rows(sql)) {
      const customer = ids.customerOf(Number(ref));
      const contacts = customer === null ? [] : (book.table.live(customer)?.state.contacts ?? []);
      const known = contacts.find((contact) => contact.mobile === mobile);
      if (known !== undefined) ids.learnPerson(known.person, String(publicId));
    }
  }
}

function noFollowUps(): Pick<OracleWorld, 'refused' | 'rehearsals' | 'committed'> {
  return { refused: new Set(), rehearsals: new Map(), committed: new Set() };
}

function drawCall(world: OracleWorld, call: number): OracleCall {
  const kind = world.dice.next();
  const followUp = kind < 0.1 ? drawUndoCall(world, call) : kind < 0.2 ? drawCommitCall(world, call) : null;
  if (followUp !== null) return followUp;
  if (kind < 0.45) return drawRecordCall(world, call);
  return kind < 0.72 ? drawItemCall(world, call) : drawFileCall(world, call);
}
