import { applyDecorators, Controller, UseInterceptors } from '@nestjs/common';
import { UseFamily } from '../platform/errors/family.registry';
import { receivablesFamily } from './receivables.family';
import { ReceivablesEnvelope } from './receivables.interceptor';

/** A controller of the receivables API: its family, and the envelope around every answer. */
export function ReceivablesController(path: string): ClassDecorator {
  return applyDecorators(Controller(path), UseFamily(receivablesFamily), UseInterceptors(ReceivablesEnvelope));
}
