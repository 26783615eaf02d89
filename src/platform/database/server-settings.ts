/** What a MySQL or MariaDB server says of itself. */
export interface ServerSettings {
  readonly version: string;
  readonly sqlMode: string;
  readonly charset: string;
  readonly binlogFormat: string;
  /** 0 or 1. */
  readonly logBin: number | string;
  readonly flushLog: number | string;
  /** Bytes. */
  readonly maxPacket: number | string;
  /** Steps in which the server counts ids. */
  readonly idStep: number | string;
  /** ON for a node of a Galera cluster; null for a server that knows none. */
  readonly wsrep: string | null;
}

export const SERVER_SETTINGS = `SELECT VERSION() AS version, @@SESSION.sql_mode AS sqlMode,
  @@character_set_connection AS charset, @@GLOBAL.binlog_format AS binlogFormat, @@GLOBAL.log_bin AS logBin,
  @@GLOBAL.innodb_flush_log_at_trx_commit AS flushLog, @@GLOBAL.max_allowed_packet AS maxPacket,
  @@SESSION.auto_increment_increment AS idStep`;

/** A variable most servers do not have: it cannot be selected. */
export const CLUSTER_SETTING = "SHOW GLOBAL VARIABLES LIKE 'wsrep_on'";

/** Faults keep the service from starting, because data would be lost or altered; warnings are for the operator to weigh. */
export interface DatabaseFindings {
  /** Each names the setting and its remedy. */
  readonly faults: readonly string[];
  readonly warnings: readonly string[];
}

/** Oldest versions with which the service was tried. */
const OLDEST = { mysql: [8, 0, 17], mariadb: [10, 6, 0] } as const;
/** What MariaDB has by itself; a statement of the service stays far below it. */
const SMALLEST_PACKET = 16 * 1024 * 1024;

/** What is wrong with the settings of a server. */
export function findingsOfServer(settings: ServerSettings): DatabaseFindings {
  const faults: string[] = [];
  const warnings: string[] = [];
  const { version, sqlMode, charset } = settings;
  const isMariaDb = /mariadb/i.test(version);
  const oldest = isMariaDb ? OLDEST.mariadb : OLDEST.mysql;
  if (isOlder(version, oldest)) {
    faults.push(
      `version ${version} is too old; use MySQL ${OLDEST.mysql.join('.')} or MariaDB 10.6 or a newer one of either`,
    );
  }
  if (!/STRICT_(TRANS|ALL)_TABLES/.test(sqlMode)) {
    faults.push(
      'sql_mode lacks STRICT_TRANS_TABLES, so too long texts would be cut silently; add it to the server settings',
    );
  }
  if (charset !== 'utf8mb4') {
    faults.push('the connection does not speak utf8mb4, so some characters would be lost; set the server to utf8mb4');
  }
  if (Number(settings.logBin) === 1 && settings.binlogFormat === 'STATEMENT') {
    faults.push(
      'binlog_format is STATEMENT, with which the server refuses writes of READ COMMITTED transactions; set it to ROW or MIXED',
    );
  }
  if (!isMariaDb && Number(settings.idStep) !== 1) {
    faults.push(
      `auto_increment_increment is ${settings.idStep}, so the ids of rows that are written together could not be told; set it to 1 and let the service write to one server only`,
    );
  }
  if (Number(settings.flushLog) !== 1) {
    warnings.push(
      `innodb_flush_log_at_trx_commit is ${settings.flushLog}, so a power cut can lose what was answered as stored; set it to 1`,
    );
  }
  if (Number(settings.maxPacket) < SMALLEST_PACKET) {
    warnings.push(
      `max_allowed_packet is ${settings.maxPacket}, so a large chunk of rows may be refused; set it to ${SMALLEST_PACKET} or more`,
    );
  }
  if (settings.wsrep === 'ON') {
    warnings.push(
      'wsrep_on is ON, so the server is a node of a Galera cluster: let the service write to one node only, since conflicts between nodes show at COMMIT alone',
    );
  }
  return { faults, warnings };
}

function isOlder(version: string, oldest: readonly number[]): boolean {
  const [, ...parts] = /^(\d+)\.(\d+)(?:\.(\d+))?/.exec(version)?.map(Number) ?? [];
  for (const [index, least] of oldest.entries()) {
    const part = parts[index];
    // Some builds name no third number; what is not told counts as new enough.
    if (part === undefined || Number.isNaN(part) || part > least) return false;
    if (part < least) return true;
  }
  return false;
}

/** What is wrong with the settings of an embedded database. */
export function findingsOfSqlite(journalMode: unknown, synchronous: unknown): DatabaseFindings {
  const faults: string[] = [];
  if (journalMode !== 'wal') {
    faults.push(
      `journal_mode is ${String(journalMode)} instead of wal: the disk of DATA_DIR may be a network folder; choose a local one`,
    );
  }
  if (synchronous !== 2) {
    faults.push(`synchronous is ${String(synchronous)} instead of 2 (FULL), so a power cut could lose what was stored`);
  }
  return { faults, warnings: [] };
}
