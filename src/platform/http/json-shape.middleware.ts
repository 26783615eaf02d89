import type { NextFunction, Request, Response } from 'express';
import { InvalidRequest } from '../errors/http.errors';

/** Deeper than any request of these APIs; a limit keeps every later walk over a body short. */
const MAX_DEPTH = 32;

/** Keys that reach into the prototype of an object wherever code copies members. */
const DANGEROUS_KEYS = new Set(['__proto__', 'constructor', 'prototype']);

interface Node {
  readonly value: unknown;
  readonly path: string;
  readonly depth: number;
}

function refuse(path: string, message: string): InvalidRequest {
  return new InvalidRequest(`The body cannot be taken: ${path} ${message}.`, {
    issues: [{ object: 'body', field: path, rejectedValue: null, message: `${path} ${message}` }],
  });
}

/**
 * Refuses JSON bodies that later steps would alter silently: class-transformer drops the keys above without a word.
 *
 * @throws InvalidRequest naming the place.
 */
export function checkJsonShape(body: unknown): void {
  const open: Node[] = [{ value: body, path: '', depth: 0 }];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    const { value, path, depth } = node;
    if (typeof value !== 'object' || value === null) continue;
    if (depth >= MAX_DEPTH) throw refuse(path, `is nested deeper than ${MAX_DEPTH} levels`);
    for (const [key, member] of Object.entries(value)) {
      const place = Array.isArray(value) ? `${path}[${key}]` : path === '' ? key : `${path}.${key}`;
      if (DANGEROUS_KEYS.has(key) && !Array.isArray(value)) throw refuse(place, 'is a key that is not allowed');
      open.push({ value: member, path: place, depth: depth + 1 });
    }
  }
}

/** `checkJsonShape` as middleware behind the JSON reader. */
export function refuseDangerousJson(request: Request, _response: Response, next: NextFunction): void {
  checkJsonShape(request.body);
  next();
}
