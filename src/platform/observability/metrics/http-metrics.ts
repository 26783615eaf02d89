import { Injectable } from '@nestjs/common';
import type { NextFunction, Request, Response } from 'express';
import { routeOf } from '../../http/route-of';
import { Count, Metrics, Observe } from './metrics';

/** Counts requests by the route as it is declared, and by how they ended. */
@Injectable()
export class HttpMetrics {
  private readonly count: Count<'method' | 'route' | 'status'>;
  private readonly observe: Observe<'method' | 'route'>;

  constructor(metrics: Metrics) {
    this.count = metrics.counter({
      name: 'rollbook_http_requests_total',
      help: 'Requests by declared route; status "aborted" where the client hung up before the answer was sent',
      labels: ['method', 'route', 'status'],
    });
    this.observe = metrics.histogram({
      name: 'rollbook_http_request_duration_seconds',
      help: 'Time from the head of a request to the end of its answer',
      labels: ['method', 'route'],
    });
  }

  /** Middleware, to stand before all that answers. */
  readonly watch = (request: Request, response: Response, next: NextFunction): void => {
    const start = performance.now();
    response.once('close', () => {
      const labels = { method: request.method, route: routeOf(request) };
      this.count({ ...labels, status: response.writableFinished ? String(response.statusCode) : 'aborted' });
      this.observe(labels, (performance.now() - start) / 1_000);
    });
    next();
  };
}
