import type { TestDatabase } from '../../test/support/engines';
import { CustomerFile, updateFile } from '../customer-file';
import { CustomerModel } from '../customer-model';
import { Findings } from '../findings';
import { seededRandom } from '../seeded-random';
import { Answer, untilAnswered, upload, UPDATE_PATH } from '../service-client';
import type { ServiceOptions, ServiceProcess } from '../service-process';
import { ServiceLane } from '../service.lane';
import type { FaultOptions } from './fault';
import type { FaultReport } from './fault-report';

const DONE = new Set([200, 202]);

/** An import under way, sent again under its key until it is answered. */
export interface RunningImport {
  readonly update: number;
  readonly file: CustomerFile;
  readonly begunAt: number;
  readonly answer: Promise<Answer>;
}

/** Imports into one service, one after the other, by a client that never gives up. */
export class ImportLane {
  readonly random: () => number;
  /** How long an import takes that is left alone. */
  expectedMs = 0;
  private update = 0;

  private constructor(
    readonly lane: ServiceLane,
    private readonly seed: number,
    private readonly report: FaultReport,
  ) {
    this.random = seededRandom(seed, 7);
  }

  /** Starts the service, loads its customers and lets one import through. */
  static async open(
    database: TestDatabase,
    { rows, seed }: Pick<FaultOptions, 'rows' | 'seed'>,
    report: FaultReport,
    options: ServiceOptions = {},
  ): Promise<ImportLane> {
    const lane = new ImportLane(await ServiceLane.open(database, new CustomerModel(seed, rows), options), seed, report);
    const running = lane.begin();
    await running.answer;
    lane.expectedMs = Date.now() - running.begunAt;
    lane.report.take('an import that was left alone', await lane.finish(running, new Findings()));
    return lane;
  }

  /** Sends a file. @param service who gets it; it may be another at each try */
  begin(service: () => ServiceProcess = () => this.lane.service): RunningImport {
    const update = ++this.update;
    const file = updateFile(this.seed, update, this.lane.model.customers);
    const send = (key: string) => upload(service(), UPDATE_PATH, file.bytes, null, key);
    const answer = untilAnswered(send, (figure) => this.report.count(figure));
    return { update, file, begunAt: Date.now(), answer };
  }

  /** Waits for the answer and the job's own end, and checks everything that is stored. */
  async finish(running: RunningImport, findings: Findings): Promise<Findings> {
    const { update, file } = running;
    const answer = await running.answer;
    findings.expect(DONE.has(answer.status), `answered ${answer.status}: ${answer.text.slice(0, 300)}`);
    const job = await this.lane.newJob(findings);
    if (job === null) {
      const words = `${answer.text.slice(0, 300)}\n${this.lane.service.lastLines()}`;
      throw new Error(`import ${update} was answered ${answer.status} and came to no job: ${words}`);
    }
    await this.lane.checkApplied(await this.lane.untilEnded(job.jobId), update, file, findings);
    this.report.addImport(file.rows.length);
    return findings;
  }

  /** Ends the service, lets the next start remove what faults left, and takes the database away. */
  async close(): Promise<void> {
    const findings = new Findings();
    await this.lane.close(findings);
    this.report.take('at the end', findings);
  }
}
