import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import ts from 'typescript';

const SRC = join(__dirname, '..', '..', 'src');
/** A text of 100,000 characters costs a linear expression a millisecond or so, a quadratic one some ten seconds. */
const LENGTH = 100_000;
const LONGEST_MS = 10_000;
/** Stand-ins for classes such as \s, \d, \w and [^…]. */
const ANY = ['a', '0', ' ', '"', '\x80'];
const MOST_CHARACTERS = 10;

interface Expression {
  readonly place: string;
  readonly source: string;
  readonly flags: string;
}

function literalsOf(path: string): Expression[] {
  const file = ts.createSourceFile(path, readFileSync(join(SRC, path), 'utf8'), ts.ScriptTarget.Latest);
  const found: Expression[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isRegularExpressionLiteral(node)) {
      const end = node.text.lastIndexOf('/');
      const { line } = file.getLineAndCharacterOfPosition(node.pos);
      found.push({ place: `${path}:${line + 1}`, source: node.text.slice(1, end), flags: node.text.slice(end + 1) });
    }
    node.forEachChild(visit);
  };
  visit(file);
  return found;
}

/** Loads all files and catches what they build by `new RegExp`. */
function builtOnes(paths: readonly string[]): Expression[] {
  const found: Expression[] = [];
  const original = globalThis.RegExp;
  globalThis.RegExp = new Proxy(original, {
    construct: (target, [source, flags = '']: [RegExp | string, string?]) => {
      const made = new target(source, flags);
      const caller = new Error().stack?.split('\n')[2] ?? '';
      if (caller.includes(SRC)) found.push({ place: caller.trim(), source: made.source, flags });
      return made;
    },
  });
  try {
    for (const path of paths) jest.requireActual(join(SRC, path));
  } finally {
    globalThis.RegExp = original;
  }
  return found;
}

/** Texts on which a backtracking expression of these characters goes back as often as it can. */
function worstTexts({ source }: Expression): string[] {
  const literal = source.replace(/\\x([0-9a-f]{2})|\\u([0-9a-f]{4})|\\[a-z]|[[\](){}^$*+?|]/gi, (_all, two, four) =>
    two === undefined && four === undefined ? '' : String.fromCharCode(parseInt(two ?? four, 16)),
  );
  const characters = [...new Set([...ANY, ...literal.replaceAll('\\', '')])].slice(0, MOST_CHARACTERS);
  const many = (text: string, length = LENGTH): string => text.repeat(length / text.length);
  return characters.flatMap((one) => [
    ...[`${many(one)}!`, `1${many(one)}1`, `x"${many(one)}`],
    ...characters.flatMap((two) =>
      two > one ? [`${many(one + two)}!`, `${many(one, LENGTH / 2)}${many(two, LENGTH / 2)}!`] : [],
    ),
  ]);
}

const RUN = `
const { parentPort } = require('node:worker_threads');
parentPort.on('message', ({ source, flags, texts }) => {
  const expression = new RegExp(source, flags);
  for (const text of texts) text.replace(expression, '');
  parentPort.postMessage('done');
});`;

/** Runs expressions one by one, each of them for so long and no longer. */
class Bench {
  private worker = new Worker(RUN, { eval: true });

  async ends(expression: Expression): Promise<boolean> {
    this.worker.postMessage({ ...expression, texts: worstTexts(expression) });
    const ended = await new Promise<boolean>((resolve) => {
      const timer = setTimeout(() => resolve(false), LONGEST_MS);
      this.worker.once('message', () => {
        clearTimeout(timer);
        resolve(true);
      });
    });
    if (!ended) {
      await this.close();
      this.worker = new Worker(RUN, { eval: true });
    }
    return ended;
  }

  async close(): Promise<void> {
    this.worker.removeAllListeners();
    await this.worker.terminate();
  }
}

describe('A regular expression of the source', () => {
  const paths = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.ts'));
  const modules = paths.filter((path) => !['main.ts', 'cli.ts'].includes(path));

  it('takes time that grows with the text and not with its square', async () => {
    const expressions = [...paths.flatMap(literalsOf), ...builtOnes(modules)];
    expect(expressions.length).toBeGreaterThan(100);
    expect(expressions.map(({ place }) => place)).toContainEqual(expect.stringContaining('formula-guard.ts'));
    const bench = new Bench();
    const slow: string[] = [];
    for (const expression of expressions) {
      if (!(await bench.ends(expression))) slow.push(`${expression.place} /${expression.source}/`);
    }
    await bench.close();
    expect(slow).toEqual([]);
  }, 300_000);
});
