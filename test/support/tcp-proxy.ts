import { connect, createServer, Socket } from 'node:net';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';

/** Where to cut a connection that sends something: before the server hears it, or before the client hears the answer. */
export type CutMoment = 'before-server' | 'after-server';

/** A COMMIT as MySQL and MariaDB get it: a packet of seven bytes, the first of its conversation, that is a query. */
export const COMMIT_PACKET = Buffer.concat([Buffer.from([7, 0, 0, 0, 3]), Buffer.from('COMMIT')]);

/** A link to a server that can be slow, silent, or cut at a word. */
export interface TcpProxy {
  readonly port: number;
  /** Cuts the next connection that sends the word. */
  cutAt(word: string | Buffer, moment: CutMoment): void;
  /** Asked at each COMMIT; cuts its connection unless the answer is null. */
  cutCommits(decide: (() => CutMoment | null) | null): void;
  /** Lets whatever clients send arrive so much later, from now on. */
  delay(ms: number): void;
  /** From now on nothing passes and no connection breaks, until it is let go; what was sent then arrives. */
  hang(): void;
  letGo(): void;
  close(): Promise<void>;
}

/** Starts a proxy in front of a local port. @param port 0 for any that is free */
export async function startTcpProxy(targetPort: number, port = 0): Promise<TcpProxy> {
  let cut: { word: string | Buffer; moment: CutMoment } | null = null;
  let decide: (() => CutMoment | null) | null = null;
  let delayMs = 0;
  let hanging: { readonly over: Promise<void>; readonly end: () => void } | null = null;
  const sockets = new Set<Socket>();
  const momentOf = (data: Buffer): CutMoment | null => {
    if (cut !== null && data.includes(cut.word)) {
      const { moment } = cut;
      cut = null;
      return moment;
    }
    return decide !== null && data.includes(COMMIT_PACKET) ? decide() : null;
  };
  const server = createServer((client) => {
    const upstream = connect(targetPort, '127.0.0.1');
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('error', () => socket.destroy());
      socket.on('close', () => sockets.delete(socket));
    }
    client.on('close', () => upstream.end());
    upstream.on('close', () => client.destroy());
    let isCut = false;
    let passed: Promise<unknown> = Promise.resolve();
    /** Writes in the order of arrival, after whatever holds the link up. */
    const pass = (write: () => void, waitMs: number) => {
      if (waitMs === 0 && hanging === null) {
        passed = passed.then(write);
        return;
      }
      const over = Promise.all([waitMs > 0 ? sleep(waitMs) : null, hanging?.over]);
      passed = passed.then(() => over).then(write);
    };
    client.on('data', (data) => {
      const moment = momentOf(data);
      if (moment !== null) isCut = true;
      if (moment === 'before-server') client.destroy();
      else pass(() => upstream.write(data), delayMs);
    });
    upstream.on('data', (data) => {
      if (isCut) client.destroy();
      else pass(() => client.write(data), 0);
    });
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const letGo = () => {
    hanging?.end();
    hanging = null;
  };
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    cutAt: (word, moment) => {
      cut = { word, moment };
    },
    cutCommits: (chosen) => {
      decide = chosen;
    },
    delay: (ms) => {
      delayMs = ms;
    },
    hang: () => {
      let end: () => void = () => undefined;
      const over = new Promise<void>((resolve) => (end = resolve));
      hanging = { over, end };
    },
    letGo,
    close: async () => {
      letGo();
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
