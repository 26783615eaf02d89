import { ArgumentMetadata, ValidationPipe } from '@nestjs/common';
import {
  IsIn,
  IsInt,
  IsOptional,
  IsString,
  Max,
  MaxLength,
  Min,
  Validate,
  ValidateIf,
  ValidatorConstraint,
} from 'class-validator';
import fc from 'fast-check';
import { CompanyQuery, CustomerIdParam, PageQuery, SearchQuery } from '../../src/customer/dto/customer-query.dto';
import { CreateCustomerRequest, UpdateCustomerRequest } from '../../src/customer/dto/customer.dto';
import { InvalidRequest } from '../../src/platform/errors/http.errors';
import { createValidationPipe, PIPE_OPTIONS } from '../../src/platform/validation/validation.pipe';
import { sampleCustomer } from '../support/customers';

class WithDefaults {
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(50)
  limit: number = 50;

  @IsIn(['ASC', 'DESC'])
  direction: string = 'ASC';

  @IsOptional()
  @IsString()
  @MaxLength(5)
  name?: string;
}

@ValidatorConstraint({ name: 'undeclared' })
class Undeclared {
  validate(): Promise<boolean> {
    return Promise.resolve(true);
  }
}

class WithPromise {
  @Validate(Undeclared)
  name: string;
}

class WithMethod {
  isStrict(): boolean {
    return true;
  }

  @ValidateIf((object: WithMethod) => object.isStrict())
  @IsString()
  name: string;
}

class WithAccessor {
  @IsOptional()
  @IsString()
  kind?: string;

  get isStrict(): boolean {
    return this.kind !== 'loose';
  }

  @ValidateIf((object: WithAccessor) => object.isStrict)
  @IsInt()
  count: number;
}

class WithInheritedAccessor extends WithAccessor {
  @IsOptional()
  @IsString()
  name?: string;
}

class WithReadOnlyMember {
  @IsString()
  name: string;

  @IsOptional()
  @IsString()
  get told(): string {
    return 'always';
  }
}

class WithCondition {
  @IsString()
  name: string;

  @ValidateIf((object: object) => object.hasOwnProperty('name'))
  @IsString()
  other: string;
}

const CLASSES = [CustomerIdParam, CompanyQuery, PageQuery, SearchQuery, WithDefaults];
const BODIES = [CreateCustomerRequest, UpdateCustomerRequest];
const SAMPLE = { ...sampleCustomer(), customerId: 'KC7Q2M9RX4T1B8ZC', parentCompanyId: 'CEK4TPZ859' };
const KEYS = [...Object.keys(SAMPLE), 'limit', 'direction', 'name', 'cursor', 'unknown'];

const values = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    true,
    '',
    '7',
    7,
    -1,
    0.5,
    1e300,
    'DESC',
    'é',
    'x'.repeat(300),
    [],
    ['a'],
    {},
    undefined,
  ),
  fc.constantFrom<unknown>(...Object.values(SAMPLE)),
);
/** A body, mostly with members that are right. */
const objects = fc
  .tuple(fc.subarray(KEYS), fc.dictionary(fc.constantFrom(...KEYS), values, { maxKeys: 3 }))
  .map(([keys, others]) => ({
    ...Object.fromEntries(Object.entries(SAMPLE).filter(([key]) => keys.includes(key))),
    ...others,
  }));

async function outcome(pipe: ValidationPipe, value: unknown, metatype: ArgumentMetadata['metatype']) {
  try {
    const taken: unknown = await pipe.transform(value, { type: 'query', metatype });
    return { taken, prototype: Object.getPrototypeOf(taken) as unknown };
  } catch (error) {
    if (!(error instanceof InvalidRequest)) throw error;
    return { refused: error.message, issues: error.issues };
  }
}

describe('the validation pipe', () => {
  const own = createValidationPipe();
  const nest = new ValidationPipe(PIPE_OPTIONS);

  it.each([...CLASSES, ...BODIES].map((Class) => [Class.name, Class] as const))(
    'takes and refuses for %s what that of Nest does, in the same words',
    async (_, Class) => {
      await fc.assert(
        fc.asyncProperty(objects, async (value) => {
          expect(await outcome(own, structuredClone(value), Class)).toEqual(
            await outcome(nest, structuredClone(value), Class),
          );
        }),
        { numRuns: 300 },
      );
    },
  );

  it.each([
    [WithPromise, [{ name: 'x' }]],
    [WithMethod, [{ name: 'x' }, { name: 7 }]],
    [WithAccessor, [{ kind: 'strict', count: 'no number' }, { kind: 'loose', count: 'no number' }, { count: 7 }]],
    [WithInheritedAccessor, [{ kind: 'strict', count: 'no number', name: 'x' }]],
    [WithReadOnlyMember, [{ name: 'x' }]],
    [WithCondition, [Object.assign(Object.create(null), { name: 'x', other: 'y' }), { name: 'x', other: 7 }]],
    [WithDefaults, [JSON.parse('{"name":"x","__proto__":"y"}'), JSON.parse('{"constructor":"y"}')]],
  ] as const)('judges %p, whose rules ask for more than the members sent, as Nest does', async (Class, sent) => {
    for (const value of [...sent, ...sent]) {
      expect(await outcome(own, value, Class)).toEqual(await outcome(nest, value, Class));
    }
  });

  it('gives an instance with the defaults of its class', async () => {
    const taken = await own.transform({ name: 'x' }, { type: 'query', metatype: WithDefaults });
    expect(taken).toBeInstanceOf(WithDefaults);
    expect(taken).toEqual({ limit: 50, direction: 'ASC', name: 'x' });
  });

  it.each([['text'], [7], [null], [[]], [undefined]])(
    'refuses %p in the place of an object as Nest does',
    async (value) => {
      expect(await outcome(own, value, WithDefaults)).toEqual(await outcome(nest, value, WithDefaults));
    },
  );

  it('leaves alone what has no class of rules', async () => {
    for (const metatype of [String, Number, Object, Array, undefined]) {
      const [mine, theirs] = [await outcome(own, '7', metatype), await outcome(nest, '7', metatype)];
      expect(mine).toEqual(theirs);
    }
  });
});
