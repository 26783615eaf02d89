import { DiscoveryService } from '@nestjs/core';
import type { ParsedText } from '../../platform/validation/parsed-text';

/** What a custom field says of itself. */
export interface CustomFieldCard {
  readonly on: 'customer';
  /** Name in JSON and in files: letters and digits, beginning with a small letter; say whose it is, as in `acmeTier`. */
  readonly name: string;
  /** What to put in. */
  readonly description: string;
  /** A valid value. */
  readonly example: string;
  /** Characters of a value, 255 at most and by default. */
  readonly maxLength?: number;
}

/** Decides what is a value of the field. */
export interface CustomFieldRule {
  /** Pure: text of a cell or member -> value as it is stored, shown and searched. Never called with an empty text. */
  parse(text: string): ParsedText<string>;
}

/** Registers an injectable class that implements `CustomFieldRule` as a field of customers in the receivables API. */
export const CustomField = DiscoveryService.createDecorator<CustomFieldCard>();

/** Change of custom fields: absent ones keep their value, null clears. */
export type CustomPatch = Readonly<Record<string, string | null>>;
