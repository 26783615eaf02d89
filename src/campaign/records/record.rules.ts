import { isCalendarDay } from '../../platform/validation/calendar-day';
import { isLongerThan } from '../../platform/validation/character-count';
import type { CampaignType } from '../campaign.entity';
import { isJsonObject, Json, JsonObject } from './document-merge';

const LONGEST_ID = 128;
const LONGEST_TEXT = 2_000;
const LONGEST_KEY = 256;
const MOST_KEYS = 100;
const MOST_ELEMENTS = 100;
const MOST_LEVELS = 5;
const MOST_BYTES = 32 * 1024;
/** Faults told of one record. */
const MOST_FAULTS = 20;

/** Keys that reach into the prototype of an object wherever code copies members. */
const DANGEROUS_KEYS = new Set(['__proto__', 'constructor', 'prototype']);

type Kind = 'text' | 'amount' | 'date';

const LOAN_FIELDS: readonly (readonly [name: string, kind: Kind])[] = [
  ['loan_id', 'text'],
  ['first_name', 'text'],
  ['last_name', 'text'],
  ['phone_number', 'text'],
  ['loan_amount', 'amount'],
  ['emi_amount', 'amount'],
  ['loan_period', 'amount'],
  ['current_emi', 'amount'],
  ['emi_due_date', 'date'],
  ['payment_status', 'text'],
  ['language', 'text'],
];

/** The fields that are known by type (published); all others are free. */
const FIELDS: Readonly<Record<CampaignType, readonly (readonly [name: string, kind: Kind])[]>> = {
  emi: LOAN_FIELDS,
  edi: LOAN_FIELDS,
  lead: [
    ['lead_id', 'text'],
    ['lead_date', 'date'],
  ],
};

const RULES: Readonly<Record<Kind, { holds: (value: Json) => boolean; words: string }>> = {
  text: { holds: (value) => typeof value === 'string', words: 'must be text' },
  amount: { holds: (value) => typeof value === 'number' && value >= 0, words: 'must be a number of zero or more' },
  date: {
    holds: (value) => typeof value === 'string' && isCalendarDay(value),
    words: 'must be a day of the calendar as YYYY-MM-DD',
  },
};

/** The field that identifies a record of such a campaign. */
export function identifierOf(type: CampaignType): 'loan_id' | 'lead_id' {
  return type === 'lead' ? 'lead_id' : 'loan_id';
}

/** The id that stands in a record; null when none does. */
export function recordIdOf(record: unknown, type: CampaignType): string | null {
  const id = isJsonObject(record) ? record[identifierOf(type)] : null;
  return typeof id === 'string' ? id : null;
}

/** Why a value is no id of a record; null when it is one. */
export function idFault(id: unknown, name: string): string | null {
  if (id === undefined || id === null) return `${name} is required`;
  if (typeof id !== 'string') return `${name} must be text`;
  if (id.trim() === '') return `${name} must not be blank`;
  if (isLongerThan(id, LONGEST_ID)) return `${name} must not be longer than ${LONGEST_ID} characters`;
  return id.isWellFormed() ? null : `${name} holds half a character; send the whole one`;
}

/** What is wrong with a document or a change of one; empty when nothing is. */
export function documentFaults(data: unknown, type: CampaignType): string[] {
  if (data === undefined) return ['data is required'];
  if (!isJsonObject(data)) return ['data must be an object'];
  if (Object.keys(data).length === 0) return ['data must not be empty'];
  const shape: string[] = [];
  noteShape(data, 'data', 1, shape);
  if (shape.length > 0) return capped(shape);
  const bytes = Buffer.byteLength(JSON.stringify(data));
  if (bytes > MOST_BYTES) return [`data has ${bytes} bytes; at most ${MOST_BYTES} are allowed`];
  const faults: string[] = [];
  for (const [name, kind] of FIELDS[type]) {
    const value = Object.hasOwn(data, name) ? data[name] : null;
    // In a change null takes a field away.
    if (value === undefined || value === null || RULES[kind].holds(value)) continue;
    faults.push(`data.${name} ${RULES[kind].words}`);
  }
  return faults;
}

/** A record can have a fault in every character; nobody reads them all. */
function capped(faults: readonly string[]): string[] {
  if (faults.length <= MOST_FAULTS) return [...faults];
  return [...faults.slice(0, MOST_FAULTS - 1), `and ${faults.length - MOST_FAULTS + 1} more faults`];
}

/** What is wrong with a change of the record of that id; empty when nothing is. */
export function changeFaults(id: string, data: unknown, type: CampaignType): string[] {
  const identifier = identifierOf(type);
  const faults = documentFaults(data, type);
  if (!isJsonObject(data) || !Object.hasOwn(data, identifier) || data[identifier] === id) return faults;
  return [...faults, `data.${identifier} differs from the id of the record; leave it out`];
}

/** What is wrong with a new record, whose id stands in it; empty when nothing is. */
export function newRecordFaults(data: unknown, type: CampaignType): string[] {
  const faults = documentFaults(data, type);
  if (!isJsonObject(data)) return faults;
  const identifier = identifierOf(type);
  const missing = FIELDS[type].flatMap(([name]) =>
    name !== identifier && (data[name] ?? null) === null ? [name] : [],
  );
  const id = idFault(data[identifier], `data.${identifier}`);
  return [...(id === null ? [] : [id]), ...missing.map((name) => `data.${name} is required`), ...faults].filter(
    (fault, at, all) => all.indexOf(fault) === at,
  );
}

/** Walks a document no deeper than it may be; what is too large is told once, at its place. */
function noteShape(value: Json, path: string, level: number, faults: string[]): void {
  if (typeof value === 'string') {
    if (!value.isWellFormed())
      faults.push(`${path} holds half a character (an unpaired surrogate); send the whole one`);
    else if (isLongerThan(value, LONGEST_TEXT)) faults.push(`${path} is longer than ${LONGEST_TEXT} characters`);
    return;
  }
  if (typeof value !== 'object' || value === null) return;
  if (level > MOST_LEVELS) faults.push(`${path} is nested deeper than ${MOST_LEVELS} levels`);
  else if (!Array.isArray(value)) noteMembers(value, path, level, faults);
  else if (value.length > MOST_ELEMENTS) faults.push(`${path} has more than ${MOST_ELEMENTS} elements`);
  else for (const [at, element] of value.entries()) noteShape(element, `${path}[${at}]`, level + 1, faults);
}

function noteMembers(object: JsonObject, path: string, level: number, faults: string[]): void {
  const keys = Object.keys(object);
  if (keys.length > MOST_KEYS) {
    faults.push(`${path} has more than ${MOST_KEYS} keys`);
    return;
  }
  for (const key of keys) {
    if (DANGEROUS_KEYS.has(key)) faults.push(`${path} has the key ${key}, which is not allowed`);
    else if (isLongerThan(key, LONGEST_KEY)) faults.push(`${path} has a key of more than ${LONGEST_KEY} characters`);
    else if (!key.isWellFormed()) faults.push(`${path} has a key with half a character (an unpaired surrogate)`);
    else noteShape(object[key] ?? null, `${path}.${key}`, level + 1, faults);
  }
}
