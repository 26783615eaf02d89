import { applyDecorators, Controller } from '@nestjs/common';
import { UseFamily } from '../platform/errors/family.registry';
import { receivablesFamily } from './receivables.family';

/** A controller of the receivables API. */
export function ReceivablesController(path: string): ClassDecorator {
  return applyDecorators(Controller(path), UseFamily(receivablesFamily));
}
