import type { Server } from 'node:http';
import { BeforeApplicationShutdown, Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';

/** Time requests in flight have to finish once the service is told to stop. */
const PATIENCE_MS = 8_000;

/** Cuts the connections that are still open when the patience of a stop is over, so that stopping always ends. */
@Injectable()
export class GracefulStop implements BeforeApplicationShutdown {
  constructor(private readonly host: HttpAdapterHost) {}

  beforeApplicationShutdown(): void {
    // A command line tool borrows the modules without serving HTTP.
    const adapter = this.host.httpAdapter as HttpAdapterHost['httpAdapter'] | undefined;
    const server = adapter?.getHttpServer() as Server | undefined;
    if (server?.listening !== true) return;
    const timer = setTimeout(() => server.closeAllConnections(), PATIENCE_MS);
    server.once('close', () => clearTimeout(timer));
  }
}
