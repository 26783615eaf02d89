import { ArgumentMetadata, ValidationError, ValidationPipe } from '@nestjs/common';
import { FieldIssue } from '../errors/app-error';
import { InvalidRequest } from '../errors/http.errors';

function flatten(errors: readonly ValidationError[], object: string, parent = ''): FieldIssue[] {
  return errors.flatMap(({ property, value, constraints, children }) => {
    const field =
      parent === '' ? property : /^\d+$/.test(property) ? `${parent}[${property}]` : `${parent}.${property}`;
    const messages = Object.values(constraints ?? {});
    // What was not sent breaks all its rules at once; only one of them helps.
    const told = value === undefined && messages.length > 0 ? [`${property} is required`] : messages;
    const own = told.map((message) => ({ object, field, rejectedValue: value as unknown, message }));
    return [...own, ...flatten(children ?? [], object, field)];
  });
}

/** Turns class-validator's findings into one `InvalidRequest` that lists every field. */
export function invalidRequest(errors: readonly ValidationError[]): InvalidRequest {
  const target = errors[0]?.target;
  const object = target === undefined ? 'request' : target.constructor.name;
  return withIssues(flatten(errors, object));
}

function withIssues(issues: readonly FieldIssue[]): InvalidRequest {
  const fields = [...new Set(issues.map((issue) => issue.field))].join(', ');
  return new InvalidRequest(`The request has invalid fields: ${fields}. Each is explained in the list.`, { issues });
}

/**
 * Members of a value that the transformer left out before any rule saw them: those with a name every object inherits,
 * such as `toString`.
 */
function leftOut(sent: unknown, taken: unknown, parent = ''): string[] {
  if (typeof sent !== 'object' || sent === null || typeof taken !== 'object' || taken === null) return [];
  if (sent === taken) return [];
  const kept = taken as Readonly<Record<string, unknown>>;
  return Object.entries(sent).flatMap(([key, value]) => {
    const field = parent === '' ? key : Array.isArray(sent) ? `${parent}[${key}]` : `${parent}.${key}`;
    if (Object.hasOwn(kept, key)) return leftOut(value, kept[key], field);
    return key in Object.prototype ? [field] : [];
  });
}

class StrictValidationPipe extends ValidationPipe {
  override async transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    const taken: unknown = await super.transform(value, metadata);
    const fields = leftOut(value, taken);
    if (fields.length === 0) return taken;
    const object = metadata.metatype?.name ?? 'request';
    throw withIssues(
      fields.map((field) => ({ object, field, rejectedValue: null, message: `property ${field} should not exist` })),
    );
  }
}

/** The one validation pipe: DTO classes decide, unknown members are refused, nothing is converted by guessing. */
export function createValidationPipe(): ValidationPipe {
  return new StrictValidationPipe({
    transform: true,
    whitelist: true,
    forbidNonWhitelisted: true,
    forbidUnknownValues: true,
    validationError: { target: true, value: true },
    exceptionFactory: invalidRequest,
  });
}
