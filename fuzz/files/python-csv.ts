import { ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createInterface, Interface } from 'node:readline';
import type { Cells } from '../tables/table.file';

const SCRIPT = `
import base64, csv, io, json, sys
for line in sys.stdin:
    order = json.loads(line)
    if 'rows' in order:
        out = io.StringIO(newline='')
        csv.writer(out, delimiter=order['delimiter'], lineterminator=order['lineEnd'], quoting=order['quoting']).writerows(order['rows'])
        answer = base64.b64encode(out.getvalue().encode('utf-8')).decode()
    else:
        text = base64.b64decode(order['bytes']).decode('utf-8-sig')
        answer = list(csv.reader(io.StringIO(text, newline='')))
    print(json.dumps(answer), flush=True)
`;

/** How Python's csv module is to write; `quoting` is one of its constants, 0 to 2. */
export interface PythonDialect {
  readonly delimiter: string;
  readonly lineEnd: string;
  readonly quoting: number;
}

/** Python's csv module, as a process that writes and reads tables until it is closed. */
export class PythonCsv {
  private readonly lines: Interface;

  private constructor(private readonly python: ChildProcessWithoutNullStreams) {
    this.lines = createInterface(python.stdout);
  }

  /** Null where there is no python3. */
  static start(): PythonCsv | null {
    if (spawnSync('python3', ['-c', 'import csv']).status !== 0) return null;
    return new PythonCsv(spawn('python3', ['-u', '-c', SCRIPT]));
  }

  async write(rows: Cells, dialect: PythonDialect): Promise<Buffer> {
    return Buffer.from((await this.ask({ rows, ...dialect })) as string, 'base64');
  }

  async read(bytes: Buffer): Promise<Cells> {
    return (await this.ask({ bytes: bytes.toString('base64') })) as Cells;
  }

  async close(): Promise<void> {
    this.python.stdin.end();
    if (this.python.exitCode === null) await once(this.python, 'exit');
  }

  private async ask(order: object): Promise<unknown> {
    this.python.stdin.write(`${JSON.stringify(order)}\n`);
    const [line] = (await once(this.lines, 'line')) as [string];
    return JSON.parse(line);
  }
}
