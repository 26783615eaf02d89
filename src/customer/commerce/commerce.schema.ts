import { cappedMessages, MOST_MESSAGES } from '../../families/commerce.codes';
import type { FieldIssue } from '../../platform/errors/app-error';
import { forEachGivingWay } from '../../platform/event-loop/give-way';
import { compileValidator } from '../../platform/validation/compiled-validator';
import { LookupKeyMissing, SchemaViolation } from './commerce.errors';
import { schemaMessages } from './commerce.grammar';

type Dto<T extends object> = new () => T;

/** Collects the faults of one body. */
class SchemaFaults {
  private readonly messages: string[] = [];
  private count = 0;
  private lacksLookupKey = false;

  /** @param lookupKey member by which items are looked up; null where there are no items */
  constructor(private readonly lookupKey: string | null) {}

  add(validate: ReturnType<typeof compileValidator>, value: unknown, pointer: string): void {
    const violations = validate(value);
    if (violations.length === 0) return;
    const lines = schemaMessages(violations, pointer);
    this.lacksLookupKey ||= violations.some(
      ({ path, value: given }) => path === this.lookupKey && given === undefined && pointer !== '#',
    );
    this.count += lines.size;
    for (const line of lines) if (this.messages.length < MOST_MESSAGES) this.messages.push(line);
  }

  /** @throws LookupKeyMissing, SchemaViolation when there was a fault */
  check(): void {
    if (this.count === 0) return;
    const Kind = this.lacksLookupKey ? LookupKeyMissing : SchemaViolation;
    throw new Kind('The body breaks the schema; each fault is in the list.', { issues: this.issues() });
  }

  private issues(): FieldIssue[] {
    return cappedMessages(this.messages, this.count).map((message) => ({
      object: 'body',
      field: message.split(':')[0] ?? '#',
      rejectedValue: null,
      message,
    }));
  }
}

/**
 * Makes the check of a body by the decorators of its class.
 *
 * @returns a function that gives the body as it is, or throws SchemaViolation with every fault
 */
export function schemaOf<T extends object>(Body: Dto<T>): (body: unknown) => T {
  const validate = compileValidator(Body);
  return (body) => {
    const faults = new SchemaFaults(null);
    faults.add(validate, body, '#');
    faults.check();
    return body as T;
  };
}

/** The items of a bulk body. */
interface BulkItems<T extends object> {
  /** Member that holds them. */
  readonly list: string;
  /** Items that are looked at; the class of the body refuses more. */
  readonly most: number;
  readonly Item: Dto<T>;
  /** Member each item is looked up by; null for none. */
  readonly lookupKey: (keyof T & string) | null;
}

/**
 * Makes the check of a bulk body `{ [list]: Item[] }`: the decorators of both classes, compiled once. It gives way to
 * other requests, so that 10,000 items hold up nobody.
 *
 * @returns a function that gives the items as they are, or throws LookupKeyMissing when an item lacks `lookupKey`, else
 * SchemaViolation, with every fault
 */
export function bulkSchemaOf<T extends object>(
  Body: Dto<object>,
  { list, most, Item, lookupKey }: BulkItems<T>,
): (body: unknown) => Promise<T[]> {
  const validateBody = compileValidator(Body);
  const validateItem = compileValidator(Item);
  return async (body) => {
    const faults = new SchemaFaults(lookupKey);
    faults.add(validateBody, body, '#');
    const items: unknown = (body as Record<string, unknown> | null | undefined)?.[list];
    const checked: unknown[] = Array.isArray(items) ? items : [];
    await forEachGivingWay(checked.slice(0, most), (item, index) => {
      faults.add(validateItem, item, `#/${list}/${index}`);
    });
    faults.check();
    return checked as T[];
  };
}
