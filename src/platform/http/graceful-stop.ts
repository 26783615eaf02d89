import type { Server, ServerResponse } from 'node:http';
import { BeforeApplicationShutdown, Injectable, OnApplicationBootstrap } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';

/** Time requests in flight have to finish once the service is told to stop. */
const PATIENCE_MS = 8_000;
const IDLE_CHECK_MS = 100;

/**
 * Ends connections once the service is told to stop: each behind the answer to its request, which tells the client so,
 * and those that are still open when its patience is over, so that stopping always ends.
 */
@Injectable()
export class GracefulStop implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly open = new Set<ServerResponse>();
  private isStopping = false;

  constructor(private readonly host: HttpAdapterHost) {}

  onApplicationBootstrap(): void {
    this.server()?.prependListener('request', (_request, response) => {
      if (this.isStopping) announceClose(response);
      this.open.add(response);
      response.once('close', () => this.open.delete(response));
    });
  }

  beforeApplicationShutdown(): void {
    const server = this.server();
    if (server?.listening !== true) return;
    this.isStopping = true;
    for (const response of this.open) announceClose(response);
    // Closing the server ends the connections that are idle then, and no more. A client would keep one whose answer was
    // on its way until it is cut off, in the middle of whatever it sends by then.
    const sweep = setInterval(() => server.closeIdleConnections(), IDLE_CHECK_MS);
    const timer = setTimeout(() => server.closeAllConnections(), PATIENCE_MS);
    server.once('close', () => {
      clearInterval(sweep);
      clearTimeout(timer);
    });
  }

  /** Undefined in a command line tool, which borrows the modules without serving HTTP. */
  private server(): Server | undefined {
    const adapter = this.host.httpAdapter as HttpAdapterHost['httpAdapter'] | undefined;
    return adapter?.getHttpServer() as Server | undefined;
  }
}

function announceClose(response: ServerResponse): void {
  if (!response.headersSent) response.setHeader('Connection', 'close');
}
