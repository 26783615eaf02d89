import { cpus, loadavg, totalmem, type } from 'node:os';
import { numberOf, DatabaseProbe } from '../chaos/database-probe';
import type { Engine } from '../test/support/engines';

const GIB = 2 ** 30;

/** Where the figures come from: date, processor, memory, system, Node, and how much else went on before. */
export function describeMachine(): string {
  const processors = cpus();
  const model = processors[0]?.model.trim() ?? 'unknown processor';
  const memory = Math.round(totalmem() / GIB);
  const day = new Date().toISOString().slice(0, 10);
  const load = (loadavg()[0] ?? 0).toFixed(1);
  return `${day}, ${processors.length} x ${model}, ${memory} GiB, ${type()}, Node ${process.version}, load ${load} before`;
}

/** The engine with its version, and how durable its commits are. */
export async function describeEngine(engine: Engine, probe: DatabaseProbe): Promise<string> {
  if (engine === 'sqlite') {
    const [row] = await probe.rows('SELECT sqlite_version()');
    return `SQLite ${row?.[0] ?? ''} (embedded, WAL, synchronous=FULL)`;
  }
  const [row] = await probe.rows('SELECT VERSION()');
  const flush = await numberOf(probe, 'SELECT @@innodb_flush_log_at_trx_commit');
  const sync = await numberOf(probe, 'SELECT @@sync_binlog');
  return `${row?.[0] ?? ''} (innodb_flush_log_at_trx_commit=${flush}, sync_binlog=${sync})`;
}
