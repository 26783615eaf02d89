import { createRequire } from 'node:module';
import { TransformationType, type TypeMetadata } from 'class-transformer';
import { getMetadataStorage, ValidationTypes, type ValidationArguments } from 'class-validator';
import type { ValidationMetadata as Rule } from 'class-validator/types/metadata/ValidationMetadata';

// Neither package exports these modules; both use them for just what is done here.
const load = createRequire(__filename);
type TransformerStorage = typeof import('class-transformer/types/storage');
const transformers = (load('class-transformer/cjs/storage') as TransformerStorage).defaultMetadataStorage;
type Utils = typeof import('class-validator/types/validation/ValidationUtils');
const { ValidationUtils } = load('class-validator/cjs/validation/ValidationUtils') as Utils;

/**
 * A failed constraint, named as in class-validator, with the decorator's arguments and `context`. The path is like
 * `contacts[0].email`; `property` is its last member, which an unknown key may fill with anything. `each`: the rule is
 * about the elements of the value.
 */
export interface Violation {
  path: string;
  property: string;
  constraint: string;
  limits: readonly unknown[];
  each: boolean;
  message: string;
  value: unknown;
  context?: unknown;
}

/** Of a fault that no decorator with arguments found. */
const NO_RULE = { property: '', limits: [], each: false };

type Dto = new () => object;
type Plain = Record<string, unknown>;
type Condition = (object: object, value: unknown) => boolean;
type Check = ReturnType<typeof checksOf>[number];
/** Appends the violations of a value that stands at a path, or of an object whose keys have that prefix. */
type Run<T> = (value: T, path: string, found: Violation[]) => void;

/**
 * Compiles the class-validator decorators of a class into one function over plain objects as JSON gives them. It finds
 * what `validateSync(plainToInstance(Dto, value), { whitelist: true, forbidNonWhitelisted: true })` finds, in order;
 * validators get the plain object. Stricter in two points: a value that is no object, or a list, is one `unknownValue`
 * at path '', and keys class-transformer drops (`__proto__`, `constructor`, names of methods) are unknown keys.
 * @throws Error when compiling what it cannot reproduce: async validators, groups, class-transformer decorators that
 * change values, ValidateNested without Type, a class without rules. An undeclared promise is a TypeError when run.
 */
export function compileValidator(Dto: Dto): (value: unknown) => Violation[] {
  const run = compileClass(Dto, new Map());
  return (value) => {
    const found: Violation[] = [];
    if (isObject(value) && !Array.isArray(value)) run(value, '', found);
    else found.push({ ...NO_RULE, path: '', constraint: 'unknownValue', message: 'value must be an object', value });
    return found;
  };
}

function compileClass(target: Dto, compiled: Map<Dto, Run<Plain>>): Run<Plain> {
  const known = compiled.get(target);
  if (known) return known;
  const storage = getMetadataStorage();
  const rules = storage.groupByPropertyName(storage.getTargetValidationMetadatas(target, '', false, false));
  const hidden = [...transformers.getExposedMetadatas(target), ...transformers.getExcludedMetadatas(target)];
  refuseIf(hidden.length > 0 || transformers.getStrategy(target) !== 'none', target.name, 'Expose or Exclude');
  refuseIf(Object.keys(rules).length === 0, target.name, 'a class without validation decorators');
  const defaults: Plain = { ...new target() };
  const hasDefaults = Object.keys(defaults).length > 0;
  const fields = new Map<string, Run<Plain>>();
  const ordered: Run<Plain>[] = [];
  const run: Run<Plain> = (given, prefix, found) => {
    const object = hasDefaults ? { ...defaults, ...given } : given;
    for (const key of Object.keys(object)) {
      if (fields.has(key)) continue;
      const message = `property ${key} should not exist`;
      const constraint = ValidationTypes.WHITELIST;
      found.push({ ...NO_RULE, path: prefix + key, property: key, constraint, message, value: object[key] });
    }
    for (const runField of ordered) runField(object, prefix, found);
  };
  // Registered before its fields are compiled, for classes that nest themselves.
  compiled.set(target, run);
  for (const [key, own] of Object.entries(rules)) fields.set(key, compileField(target, key, own, compiled));
  ordered.push(...fields.values());
  return run;
}

function compileField(target: Dto, property: string, rules: Rule[], compiled: Map<Dto, Run<Plain>>): Run<Plain> {
  const where = `${target.name}.${property}`;
  const ofType = (type: string) => rules.filter((rule) => rule.type === type);
  const conditions = ofType(ValidationTypes.CONDITIONAL_VALIDATION).map((rule) => rule.constraints[0] as Condition);
  const ordered = [ValidationTypes.IS_DEFINED, ValidationTypes.CUSTOM_VALIDATION].flatMap(ofType);
  const checks = ordered.flatMap((rule) => checksOf(rule, target.name));
  const nesting = ofType(ValidationTypes.NESTED_VALIDATION)[0];
  const type = transformers.findTypeMetadata(target, property) as TypeMetadata | undefined;
  const transforms = transformers.findTransformMetadatas(target, property, TransformationType.PLAIN_TO_CLASS);
  const usesAsync = checks.some((check) => check.async) || ofType(ValidationTypes.PROMISE_VALIDATION).length > 0;
  const usesGroups = rules.some(({ groups = [] }: Partial<Rule>) => groups.length > 0);
  refuseIf(usesGroups, where, 'groups');
  refuseIf(usesAsync, where, 'async validators');
  refuseIf((nesting === undefined) !== (type === undefined), where, 'ValidateNested without Type, or Type without it');
  refuseIf(transforms.length > 0 || Boolean(type?.options.discriminator), where, 'Transform or a discriminator');
  const runNested = nesting && type && compileNested(nesting, compileClass(type.typeFunction() as Dto, compiled));
  // Loops instead of `every` and `filter`: this runs for every field of every row, and most find nothing.
  return (object, prefix, found) => {
    const value = object[property];
    for (const applies of conditions) if (!applies(object, value)) return;
    let failed: Check[] | null = null;
    for (const check of checks) if (!check.passes(check.argsFor(object, value))) (failed ??= []).push(check);
    if (failed !== null) found.push(...violations(checks, failed, object, value, prefix));
    runNested?.(value, prefix + property, found);
  };
}

function checksOf(rule: Rule, targetName: string) {
  const { propertyName: property, constraints } = rule;
  // One object for all values: it is for the time of a call, and one each would be a tenth of what a load allocates.
  const args: ValidationArguments = { targetName, property, object: {}, value: undefined, constraints };
  const argsFor = (object: object, value: unknown): ValidationArguments => {
    args.object = object;
    args.value = value;
    return args;
  };
  const own = getMetadataStorage().getTargetValidatorConstraints(rule.constraintCls);
  return own.map(({ name, async, instance }) => {
    const holds = (item: unknown, args: ValidationArguments): boolean => {
      const answer = instance.validate(item, args);
      if (answer !== true && answer instanceof Promise) throw new TypeError(`${property}: undeclared promise`);
      return answer;
    };
    const passes = (args: ValidationArguments): boolean =>
      rule.each && Array.isArray(args.value) ? args.value.every((item) => holds(item, args)) : holds(args.value, args);
    const messageFor = (args: ValidationArguments): string => {
      const message = rule.message || (instance.defaultMessage?.(args) ?? '');
      return ValidationUtils.replaceMessageSpecialTokens(message, args);
    };
    const context = rule.context as unknown;
    // Both are typed as always there, but absent for a rule that was given neither.
    const each = (rule.each as boolean | undefined) ?? false;
    const limits = (constraints as readonly unknown[] | undefined) ?? [];
    return { name: name || rule.type, property, limits, each, async, context, argsFor, passes, messageFor };
  });
}

/** One violation per constraint name: of two checks with one name the last message and all contexts count. */
function violations(checks: Check[], failed: Check[], object: object, value: unknown, prefix: string): Violation[] {
  const named = failed.map(({ name, property, limits, each, argsFor, messageFor }): [string, Violation] => {
    const contexts = checks.map((check) => (check.name === name ? check.context : undefined));
    const context: unknown = contexts.some(Boolean) ? Object.assign({}, ...contexts) : undefined;
    const message = messageFor(argsFor(object, value));
    return [name, { path: prefix + property, property, constraint: name, limits, each, message, value, context }];
  });
  return [...new Map(named).values()];
}

function compileNested(rule: Rule, run: Run<Plain>): Run<unknown> {
  const runValue: Run<unknown> = (value, path, found) => {
    if (Array.isArray(value)) value.forEach((item, index) => runValue(item, `${path}[${index}]`, found));
    else if (isObject(value)) run(value, `${path}.`, found);
    else if (value !== undefined) {
      // class-validator describes the class in place of the object here.
      const subject = { targetName: 'Function', object: rule.target as object, property: rule.propertyName };
      const message = ValidationUtils.replaceMessageSpecialTokens(rule.message, { ...subject, value, constraints: [] });
      const context = rule.context as unknown;
      found.push({ ...NO_RULE, path, property: rule.propertyName, constraint: rule.type, message, value, context });
    }
  };
  return runValue;
}

function isObject(value: unknown): value is Plain {
  return typeof value === 'object' && value !== null;
}

function refuseIf(refused: boolean, where: string, what: string): void {
  if (refused) throw new Error(`${where}: a compiled validator does not support ${what}`);
}
