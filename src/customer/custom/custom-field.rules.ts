import { ApiProperty } from '@nestjs/swagger';
import { IsOptional, ValidateBy } from 'class-validator';
import { isLongerThan } from '../../platform/validation/character-count';
import type { ParsedText } from '../../platform/validation/parsed-text';
import { SearchCustomersRequest } from '../dto/customer-query.dto';
import { CreateCustomerRequest, CustomerResponse, UpdateCustomerRequest } from '../dto/customer.dto';
import { isStorableText } from '../rules/field.validators';
import type { CustomFieldCard, CustomFieldRule } from './custom-field.contract';

export const MOST_CHARACTERS = 255;

/** Classes of which a field has been made a member; as with every decorator, for the whole process. */
const described = new Set<string>();

/** What a member or cell means: the text is one that can be stored, and then the rule of the field decides. */
export function parseCustom({ maxLength = MOST_CHARACTERS }: CustomFieldCard, rule: CustomFieldRule, value: unknown) {
  const refused = (issue: string): ParsedText<string> => ({ issue });
  if (typeof value !== 'string') return refused('must be text');
  if (!isStorableText(value)) return refused('must be text without control characters');
  if (value === '') return refused('must not be empty; null clears it');
  if (isLongerThan(value, maxLength)) return refused(`must have at most ${maxLength} characters`);
  const parsed = rule.parse(value);
  if ('value' in parsed && isLongerThan(parsed.value, maxLength)) {
    return refused(`must have at most ${maxLength} characters`);
  }
  return parsed;
}

/**
 * Makes a custom field a member of requests and answers, by the very decorators the built-in ones have: so it is
 * validated, documented and read from files as they are.
 */
export function describeCustomField(card: CustomFieldCard, rule: CustomFieldRule): void {
  const { name, description, example, maxLength = MOST_CHARACTERS } = card;
  if (described.has(name)) return;
  described.add(name);
  const issueOf = (value: unknown) => {
    const parsed = parseCustom(card, rule, value);
    return 'issue' in parsed ? parsed.issue : null;
  };
  const documented = ApiProperty({ type: String, description, example, maxLength, nullable: true, required: false });
  for (const Dto of [CreateCustomerRequest, UpdateCustomerRequest, SearchCustomersRequest]) {
    documented(Dto.prototype, name);
    IsOptional()(Dto.prototype, name);
    ValidateBy({
      name: 'customField',
      validator: {
        validate: (value: unknown) => issueOf(value) === null,
        defaultMessage: (args) => `$property ${issueOf(args?.value) ?? ''}`,
      },
    })(Dto.prototype, name);
  }
  ApiProperty({ type: String, description, example, nullable: true })(CustomerResponse.prototype, name);
}
