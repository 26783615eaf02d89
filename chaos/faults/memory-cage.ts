import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ServiceProcess } from '../service-process';

/** Where a control group of memory lives, and what its files are called: the first version of Linux's, and the second. */
const KINDS = [
  { parent: '/sys/fs/cgroup/memory', limit: 'memory.limit_in_bytes', held: /^total_rss (\d+)$/m },
  { parent: '/sys/fs/cgroup', limit: 'memory.max', held: /^anon (\d+)$/m },
] as const;

const MIB = 1024 * 1024;
const SQUEEZE_EVERY_MS = 50;
const LONGEST_SQUEEZE_MS = 30_000;
const MOST_SPARE_MIB = 64;
/** More than the largest process: takes more than it may in an instant. */
const GLUTTON = 'const held = []; for (;;) held.push(Buffer.alloc(1e7, 1));';

/** Lets a process have so much memory and no more: the kernel kills it when it takes another byte. */
export class MemoryCage {
  private constructor(
    private readonly folder: string,
    private readonly kind: (typeof KINDS)[number],
  ) {}

  /** @throws when this user, or this machine, may not make one */
  static make(): MemoryCage {
    const kind = KINDS.find(({ parent }) => existsSync(join(parent, 'cgroup.procs')));
    if (kind === undefined) throw new Error('there is no control group of memory');
    const folder = join(kind.parent, `rollbook-${process.pid}`);
    mkdirSync(folder, { recursive: true });
    if (existsSync(join(folder, kind.limit))) return new MemoryCage(folder, kind);
    rmdirSync(folder);
    throw new Error('control groups of memory are not switched on');
  }

  /** Why there can be none; null when there can, and it holds. */
  static unavailable(): string | null {
    try {
      const cage = MemoryCage.make();
      try {
        cage.limitTo(100 * MIB);
        const [program, ...parameters] = [...cage.command, process.execPath, '-e', GLUTTON];
        const { signal } = spawnSync(program, parameters, { stdio: 'ignore', timeout: 30_000 });
        return signal === 'SIGKILL' ? null : 'a control group does not limit memory here';
      } finally {
        cage.remove();
      }
    } catch (error) {
      return error instanceof Error ? `${error.message} (only root may make a control group)` : String(error);
    }
  }

  /** Program that becomes, inside the cage, the one it is given. */
  get command(): readonly string[] {
    return ['sh', '-c', 'echo $$ > "$0" && exec "$@"', join(this.folder, 'cgroup.procs')];
  }

  /** Takes away all memory the process does not hold at this moment, until it is killed for asking for more. */
  async squeeze({ ended }: ServiceProcess): Promise<NodeJS.Signals | null> {
    const until = Date.now() + LONGEST_SQUEEZE_MS;
    while (Date.now() < until) {
      const held = this.heldBytes;
      // The kernel keeps some for the process besides, and refuses a limit below both.
      for (let spare = 1; spare <= MOST_SPARE_MIB && !this.limitTo(held + spare * MIB); spare++);
      const end = await Promise.race([ended, sleep(SQUEEZE_EVERY_MS, null)]);
      if (end !== null) return end.signal;
    }
    return null;
  }

  /** For the next process: as much as it likes. */
  loosen(): void {
    this.limitTo(-1);
  }

  /** Processes in it must have ended. */
  remove(): void {
    rmdirSync(this.folder);
  }

  private get heldBytes(): number {
    return Number(this.kind.held.exec(readFileSync(join(this.folder, 'memory.stat'), 'utf8'))?.[1] ?? NaN);
  }

  private limitTo(bytes: number): boolean {
    try {
      const isNone = bytes < 0 && this.kind.limit === 'memory.max';
      writeFileSync(join(this.folder, this.kind.limit), isNone ? 'max' : String(Math.floor(bytes)));
      return true;
    } catch {
      return false;
    }
  }
}
