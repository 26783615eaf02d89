import { connect, createServer, Socket } from 'node:net';
import { once } from 'node:events';

/** A link to a server that can be cut at a word. */
export interface TcpProxy {
  readonly port: number;
  /**
   * Cuts the next connection that sends the word: before the server hears it, or after it heard and before the client
   * hears the answer.
   */
  cutAt(word: string, moment: 'before-server' | 'after-server'): void;
  close(): Promise<void>;
}

/** Starts a proxy in front of a local port. */
export async function startTcpProxy(targetPort: number): Promise<TcpProxy> {
  let cut: { word: string; moment: 'before-server' | 'after-server' } | null = null;
  const sockets = new Set<Socket>();
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
    client.on('data', (data) => {
      if (cut !== null && data.includes(cut.word)) {
        const { moment } = cut;
        cut = null;
        isCut = true;
        if (moment === 'before-server') client.destroy();
        else upstream.write(data);
      } else upstream.write(data);
    });
    upstream.on('data', (data) => {
      if (isCut) client.destroy();
      else client.write(data);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    cutAt: (word, moment) => {
      cut = { word, moment };
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
