import { plainToInstance } from 'class-transformer';
import { validateSync, ValidationError } from 'class-validator';
import type { Violation } from '../../src/platform/validation/compiled-validator';

/** What both ways of validating tell. */
export type Verdict = Pick<Violation, 'path' | 'constraint' | 'message' | 'context'>;

function flatten(errors: readonly ValidationError[], parent = ''): Verdict[] {
  return errors.flatMap(({ property, target, constraints = {}, contexts = {}, children = [] }) => {
    const path = Array.isArray(target) ? `${parent}[${property}]` : parent === '' ? property : `${parent}.${property}`;
    const own = Object.entries(constraints).map(([constraint, message]) => {
      return { path, constraint, message, context: contexts[constraint] as unknown };
    });
    return [...own, ...flatten(children, path)];
  });
}

/** What class-validator itself finds, in the form of the compiled validator. */
export function byClassValidator(Dto: new () => object, value: object): Verdict[] {
  return flatten(validateSync(plainToInstance(Dto, value), { whitelist: true, forbidNonWhitelisted: true }));
}

/** A violation as far as class-validator tells the same. */
export function toVerdict({ path, constraint, message, context }: Violation): Verdict {
  return { path, constraint, message, context };
}
