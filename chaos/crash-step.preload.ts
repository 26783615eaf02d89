/**
 * Loaded by node before the service: makes the process kill itself at a named step of an import. It wraps methods of the
 * built classes, so that the service itself holds no hook for tests. A method that is not there any more ends the
 * process at its start: a step nobody can pass would look like one that is always survived.
 */
import 'reflect-metadata';
import { existsSync, readFileSync } from 'node:fs';
import fileSystem from 'node:fs/promises';
import { ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { isMainThread } from 'node:worker_threads';
import { CrashOrder, ORDER_VARIABLE, StepName } from './crash-steps';

const DIST = join(__dirname, '..', 'dist');
const load = createRequire(__filename);
const UPDATE = '/api/v0/customer/bulk/update';

type Method = (this: object, ...parameters: unknown[]) => unknown;
type Methods = Record<string, unknown>;

const orderFile = process.env[ORDER_VARIABLE] ?? '';
const passages = new Map<StepName, number>();

/** Dies here when the order says so; a file, because the steps are passed by the load of the customers too. */
function pass(step: StepName): void {
  if (!existsSync(orderFile)) return;
  const order = JSON.parse(readFileSync(orderFile, 'utf8')) as CrashOrder;
  if (order.step !== step) return;
  const passage = (passages.get(step) ?? 0) + 1;
  passages.set(step, passage);
  if (passage === order.passage) process.kill(process.pid, 'SIGKILL');
}

function wrap(holder: object, name: string, make: (original: Method) => Method, what: string): void {
  const methods = holder as Methods;
  const original = methods[name];
  if (typeof original !== 'function') throw new Error(`crash-step: ${what} has no method ${name} any more`);
  methods[name] = make(original as Method);
}

/** Wraps a method of a class of the build. */
function wrapClass(file: string, className: string, name: string, make: (original: Method) => Method): void {
  const built = load(join(DIST, file)) as Record<string, { prototype?: object } | undefined>;
  const prototype = built[className]?.prototype;
  if (prototype === undefined) throw new Error(`crash-step: ${file} has no class ${className} any more`);
  wrap(prototype, name, make, className);
}

function before(step: StepName): (original: Method) => Method {
  return (original) =>
    function (...parameters) {
      pass(step);
      return original.apply(this, parameters);
    };
}

/** Before the write that a method makes ready. */
function beforePrepared(step: StepName): (original: Method) => Method {
  return (original) =>
    async function (...parameters) {
      const write = (await original.apply(this, parameters)) as Method;
      return before(step)(write);
    };
}

function after(step: StepName): (original: Method) => Method {
  return (original) =>
    async function (...parameters) {
      const result = await original.apply(this, parameters);
      pass(step);
      return result;
    };
}

/** Around a method that writes inside a transaction, its first parameter: one step right before COMMIT, one right after. */
function aroundCommit(beforeStep: StepName, afterStep: StepName): (original: Method) => Method {
  return (original) =>
    async function (...parameters) {
      const result = await original.apply(this, parameters);
      const [transaction] = parameters as [{ queryRunner?: object }];
      const runner = transaction.queryRunner;
      if (runner === undefined) throw new Error('crash-step: a transaction has no query runner any more');
      const own = runner as Methods;
      wrap(
        runner,
        'commitTransaction',
        (commit) =>
          async function (...nothing) {
            // For this transaction only: the runner of SQLite serves the next one too.
            delete own['commitTransaction'];
            pass(beforeStep);
            const done = await commit.apply(this, nothing);
            pass(afterStep);
            return done;
          },
        'the query runner',
      );
      return result;
    };
}

/** Steps of the main thread. */
function wrapService(): void {
  wrapClass('bulk/files/upload.receiver.js', 'UploadReceiver', 'receive', after('after-receive'));
  wrapClass(
    'bulk/jobs/bulk-job.repository.js',
    'BulkJobRepository',
    'insert',
    aroundCommit('before-job-commit', 'after-job-row'),
  );
  // The customers of the chunk are written by then.
  wrapClass(
    'customer/customer-history.repository.js',
    'CustomerHistoryRepository',
    'prepareInsert',
    beforePrepared('mid-chunk'),
  );
  wrapClass(
    'bulk/jobs/bulk-job.repository.js',
    'BulkJobRepository',
    'advance',
    aroundCommit('before-chunk-commit', 'after-chunk-commit'),
  );
  wrapClass('bulk/files/result-files.js', 'ResultFiles', 'finish', after('after-result-files'));
  wrap(
    fileSystem,
    'rename',
    (rename) =>
      function (...parameters) {
        if (/\bsuccess\.csv\.\w+\.part$/.test(String(parameters[0]))) pass('before-result-rename');
        return rename.apply(this, parameters);
      },
    'node:fs/promises',
  );
  wrap(
    ServerResponse.prototype,
    'end',
    (end) =>
      function (...parameters) {
        if ((this as ServerResponse).req.url?.startsWith(UPDATE)) pass('before-response');
        return end.apply(this, parameters);
      },
    'ServerResponse',
  );
}

// Files are read in threads of their own, which load this too.
wrapClass('bulk/engine/row-spool.js', 'SpoolWriter', 'close', after('after-file-sync'));
if (isMainThread) wrapService();
