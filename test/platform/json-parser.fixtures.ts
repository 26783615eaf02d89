import { AppError } from '../../src/platform/errors/app-error';
import { parseJson } from '../../src/platform/http/json-parser';

export type Outcome = 'accepted' | 'malformed' | 'refused';

/** What becomes of a text; fails when it is accepted as something else than `JSON.parse` reads. */
export async function outcomeOf(text: string): Promise<Outcome> {
  let value: unknown;
  try {
    value = await parseJson(text);
  } catch (error) {
    expect(error).toBeInstanceOf(AppError);
    return (error as AppError).code === 'UNREADABLE_BODY' ? 'malformed' : 'refused';
  }
  const expected: unknown = JSON.parse(text);
  expect(value).toEqual(expected);
  // Says besides that keys stand in the same order, and that __proto__ is a member.
  expect(JSON.stringify(value)).toBe(JSON.stringify(expected));
  return 'accepted';
}

/** True when JSON.parse reads the text. */
export const isJson = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};
