import 'reflect-metadata';
import { Expose, Transform, Type } from 'class-transformer';
import * as v from 'class-validator';
import fc from 'fast-check';
import { compileValidator } from '../../src/platform/validation/compiled-validator';
import { byClassValidator, toVerdict } from '../support/class-validator';

const isEven = {
  name: 'isEven',
  constraints: [2],
  validator: {
    validate: (value: unknown, args?: v.ValidationArguments) => Number(value) % args?.constraints[0] === 0,
    defaultMessage: () => '$property of $target is $value, not divisible by $constraint1',
  },
};

@v.ValidatorConstraint({ name: 'sameAsName' })
class SameAsName implements v.ValidatorConstraintInterface {
  validate(value: unknown, args?: v.ValidationArguments): boolean {
    // By content: class-validator is given a deep copy, in which two mentions of one list are two lists.
    return value === undefined || JSON.stringify(value) === JSON.stringify((args?.object as Base).name);
  }
}

class Contact {
  @v.IsOptional() @v.IsEmail({}, { context: { code: 'INVALID_FORMAT' } }) email: unknown;
  @v.Matches(/^\d+$/, { message: 'not $value', context: { a: 1 } })
  @v.Matches(/^.{2,5}$/, { context: { b: 2 } })
  phone: unknown;
  @v.IsDefined({ context: { code: 'REQUIRED' } })
  @v.ValidateNested({ context: { code: 'LIST' } })
  @Type(() => Contact)
  deputies: unknown;
}

class Base {
  @v.IsString({ message: ({ property, targetName }) => `${property} in ${targetName}` }) @v.Length(2, 5) name: unknown;
  @v.IsInt() size: unknown;
}

class Customer extends Base {
  @v.ValidateIf((customer: Base) => customer.name !== 'any')
  @v.ValidateBy(isEven, { context: { code: 'ODD' } })
  override size: unknown;
  @v.IsOptional() @v.IsArray() @v.ArrayMaxSize(2) @v.IsString({ each: true }) tags: unknown;
  @v.ValidateBy(isEven, { each: true, message: 'odd among $value' }) numbers: unknown = [2];
  @v.Validate(SameAsName, { message: 'not the name' }) again: unknown;
  @v.Allow() note: unknown;
  @v.IsOptional() @v.ValidateNested() @Type(() => Contact) main: unknown;
  @v.ArrayMinSize(1)
  @v.ValidateNested({ each: true, message: '$target: $value' })
  @Type(() => Contact)
  contacts: unknown;
}

const junk = fc.oneof(
  fc.constantFrom(undefined, null, '', 'any', 0, 1.5, true, '$value', '$property', [], {}, [[]], [null, undefined, 1]),
  fc.string({ maxLength: 6 }),
  fc.array(fc.oneof(fc.integer(), fc.string()), { maxLength: 3 }),
);

/** Customers of which about `broken` in ten values are junk. */
function customers(broken: number) {
  const or = (good: fc.Arbitrary<unknown>) =>
    broken === 0 ? good : fc.oneof({ weight: 10 - broken, arbitrary: good }, { weight: broken, arbitrary: junk });
  const list = (item: fc.Arbitrary<unknown>) => or(fc.array(or(item), { minLength: 1, maxLength: 2 }));
  const extra = broken === 0 ? {} : { 'odd key': junk };
  const person = { email: or(fc.constant('a@b.co')), phone: or(fc.constantFrom('12', '12345')), ...extra };
  const deputy = fc.record({ ...person, deputies: or(fc.constant([])) });
  const contact = fc.record({ ...person, deputies: list(deputy) });
  const optional = { tags: list(fc.constant('t')), numbers: list(fc.constant(4)), note: junk, main: or(contact) };
  const required = { name: or(fc.constant('abc')), size: or(fc.constant(2)), contacts: list(contact) };
  const fields = { ...required, ...optional, again: or(fc.constant('abc')), ...extra };
  return fc.record(fields, { requiredKeys: broken > 1 ? [] : ['name', 'size', 'contacts'] });
}

describe('A compiled validator', () => {
  const validate = compileValidator(Customer);
  const plain = { name: 'abc', size: 2, contacts: [{ phone: '12', deputies: [] }] };

  it('finds what class-validator finds: paths, constraints, messages, contexts and order', () => {
    const seen = { valid: 0, broken: 0 };
    const same = fc.property(fc.oneof(customers(0), customers(1), customers(3)), (value) => {
      const expected = byClassValidator(Customer, value);
      seen[expected.length === 0 ? 'valid' : 'broken'] += 1;
      expect(validate(value).map(toVerdict)).toEqual(expected);
    });
    fc.assert(same, { numRuns: 1000 });
    expect(Math.min(seen.valid, seen.broken)).toBeGreaterThan(200);
  });

  it('reports the values that were sent and the contexts of the decorators, and leaves the object as it was', () => {
    const context = { code: 'LIST' };
    const value = Object.freeze({ ...plain, size: 3, main: Object.freeze({ phone: '12', deputies: 'x' }) });
    expect(validate(value)).toEqual([
      {
        path: 'size',
        property: 'size',
        constraint: 'isEven',
        limits: [2],
        each: false,
        message: expect.any(String),
        value: 3,
        context: { code: 'ODD' },
      },
      {
        path: 'main.deputies',
        property: 'deputies',
        constraint: 'nestedValidation',
        limits: [],
        each: false,
        message: expect.any(String),
        value: 'x',
        context,
      },
    ]);
  });

  it('refuses keys the class does not have, those that class-transformer hides included', () => {
    const refused = validate(JSON.parse('{"__proto__":{"name":1},"constructor":1,"toString":2,"x":3}')).slice(0, 4);
    expect(refused.map(({ path }) => path)).toEqual(['__proto__', 'constructor', 'toString', 'x']);
    expect(refused[0]).toMatchObject({ constraint: 'whitelistValidation', value: { name: 1 } });
  });

  it.each([null, undefined, 'text', 7, [], [plain]])('has one violation for %j, which is no object', (value) => {
    expect(validate(value)).toMatchObject([{ path: '', constraint: 'unknownValue', value }]);
  });
});

describe('Compiling', () => {
  const late = { name: 'late', validator: { validate: () => Promise.resolve(true) } };
  const declared: PropertyDecorator = ({ constructor: target }, key) =>
    v.registerDecorator({ ...late, async: true, target, propertyName: String(key) });

  it.each<[string, PropertyDecorator[], RegExp]>([
    ['groups', [v.IsString({ groups: ['a'] })], /Odd\.field: .* groups/],
    ['async validators', [declared], /Odd\.field: .* async/],
    ['promises', [v.ValidatePromise()], /async/],
    ['nesting without a type', [v.ValidateNested()], /ValidateNested without Type/],
    ['converted values', [v.IsInt(), Type(() => Number)], /Type without it/],
    ['transformed values', [v.IsInt(), Transform(() => 1)], /Transform/],
    ['renamed properties', [v.IsInt(), Expose({ name: 'other' })], /Expose/],
    ['a class without rules', [], /Odd: .* without validation decorators/],
    ['promises nobody declared, at run time', [v.ValidateBy(late)], /field: undeclared promise/],
  ])('refuses %s', (_what, decorators, message) => {
    const Odd = { Odd: class extends Object {} }.Odd;
    for (const decorate of decorators) decorate(Odd.prototype, 'field');
    expect(() => compileValidator(Odd)({ field: 1 })).toThrow(message);
  });
});
