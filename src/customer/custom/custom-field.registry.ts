import { Injectable, OnModuleInit } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import { COMMERCE_FIELDS } from '../commerce/commerce-item';
import { CUSTOMER_FIELDS } from '../rules/customer.rules';
import { CustomField, CustomFieldCard, CustomFieldRule, CustomPatch } from './custom-field.contract';
import { describeCustomField, MOST_CHARACTERS, parseCustom } from './custom-field.rules';

interface NamedField {
  readonly card: CustomFieldCard;
  readonly rule: CustomFieldRule;
  /** Class it comes from. */
  readonly owner: string;
}

/** Names of members of customers in any view, of columns and of entries of the history. */
const BUILT_IN: readonly string[] = [
  ...CUSTOMER_FIELDS,
  ...COMMERCE_FIELDS,
  ...['id', 'companyRef', 'customerId', 'status', 'version', 'createdAt', 'updatedAt', 'deletedAt', 'deletionKey'],
  ...['customerKeyContacts', 'customerReminders', 'addresses', 'parent', 'ssn'],
];
const NAME = /^[a-z][A-Za-z0-9]{1,39}$/;

/** Knows the custom fields of customers of all modules. */
@Injectable()
export class CustomFieldRegistry implements OnModuleInit {
  private readonly fields = new Map<string, NamedField>();

  constructor(private readonly discovery: DiscoveryService) {}

  /** @throws Error naming the class whose field has a name that is taken or unfit. */
  onModuleInit(): void {
    for (const provider of this.discovery.getProviders()) {
      const card = this.discovery.getMetadataByDecorator(CustomField, provider);
      if (card !== undefined)
        this.add({ card, rule: provider.instance as CustomFieldRule, owner: String(provider.name) });
    }
    for (const { card, rule } of this.fields.values()) describeCustomField(card, rule);
  }

  /** All fields, in the order they were found in. */
  list(): readonly CustomFieldCard[] {
    return [...this.fields.values()].map(({ card }) => card);
  }

  get isEmpty(): boolean {
    return this.fields.size === 0;
  }

  /** The custom fields among the members of a validated request or row, as they are stored; undefined without any. */
  patchOf(values: object): CustomPatch | undefined {
    if (this.isEmpty) return undefined;
    const members = values as Readonly<Record<string, unknown>>;
    const patch: Record<string, string | null> = {};
    for (const [name, { card, rule }] of this.fields) {
      const value = members[name];
      if (value === undefined) continue;
      const parsed = value === null ? { value: null } : parseCustom(card, rule, value);
      if ('value' in parsed) patch[name] = parsed.value;
    }
    return Object.keys(patch).length === 0 ? undefined : patch;
  }

  private add(field: NamedField): void {
    const { name, maxLength = MOST_CHARACTERS } = field.card;
    const sentence = `The custom field ${name} of ${field.owner}`;
    if (!NAME.test(name))
      throw new Error(`${sentence} needs a name of letters and digits that begins with a small one`);
    if (maxLength < 1 || maxLength > MOST_CHARACTERS) {
      throw new Error(`${sentence} may hold 1 to ${MOST_CHARACTERS} characters, not ${maxLength}`);
    }
    // Headers of files are compared without regard to case.
    const isSame = (other: string) => other.toLowerCase() === name.toLowerCase();
    if (BUILT_IN.some(isSame)) throw new Error(`${sentence} has the name of a built-in field; choose another`);
    const rival = [...this.fields.values()].find(({ card }) => isSame(card.name));
    if (rival !== undefined) throw new Error(`${sentence} has the name of the one of ${rival.owner}; choose another`);
    this.fields.set(name, field);
  }
}
