import { InvalidRequest } from '../errors/http.errors';
import { compileValidator } from './compiled-validator';

/**
 * Makes the check of a body by the decorators of its class, for bodies that hold free JSON: the validation pipe would
 * copy them member by member, and lose keys such as `__proto__` on the way.
 *
 * @returns a function that gives the body as it is, or throws InvalidRequest with every fault
 */
export function compiledBody<T extends object>(Body: new () => T): (body: unknown) => T {
  const validate = compileValidator(Body);
  return (body) => {
    const issues = validate(body).map(({ path, message, value, constraint }) => ({
      object: Body.name,
      field: path === '' ? 'body' : path,
      rejectedValue: null,
      message: value === undefined && constraint !== 'unknownValue' ? `${path} is required` : message,
    }));
    // What was not sent breaks all its rules at once; only one of them helps.
    const told = issues.filter(({ message }, at) => issues.findIndex((issue) => issue.message === message) === at);
    if (told.length > 0)
      throw new InvalidRequest('The request has invalid fields; each is in the list.', { issues: told });
    return body as T;
  };
}
