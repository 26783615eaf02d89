const DAY_SECONDS = 86_400;
const DAY_MS = DAY_SECONDS * 1000;
const FIRST_TRUE_DAY = Date.UTC(1899, 11, 30);
const FIRST_DAY_1904 = Date.UTC(1904, 0, 1);
const END_OF_DAYS = Date.UTC(10_000, 0, 1);
/** 29 February 1900, a day that never was: Lotus 1-2-3 counted it, and so does every spreadsheet. */
const LEAP_BUG = 60;

/** What a number format shows of a number: a day (perhaps with a time), a time of day, hours gone by, or the number. */
export type DateKind = 'date' | 'time' | 'elapsed' | null;

/**
 * Kind of a number format (ECMA-376 part 1, 18.8.30 and 18.8.31): the built-in ids of dates and times, or a code with
 * one of `d m y h s` outside quotes, brackets and escapes.
 */
export function dateKind(id: number, code: string | undefined): DateKind {
  if (code === undefined) {
    if ((id >= 14 && id <= 17) || id === 22 || (id >= 27 && id <= 36) || (id >= 50 && id <= 58)) return 'date';
    if (id === 46) return 'elapsed';
    return (id >= 18 && id <= 21) || id === 45 || id === 47 ? 'time' : null;
  }
  if (/^general$/i.test(code)) return null;
  const unquoted = code.replace(/"[^"]*("|$)|[\\_*]./gs, '');
  const letters = unquoted.replace(/\[[^\]]*(\]|$)|am\/pm|a\/p/gi, '');
  if (/[dy]/i.test(letters)) return 'date';
  if (/\[(h+|m+|s+)\]/i.test(unquoted)) return 'elapsed';
  if (/[hs]/i.test(letters)) return 'time';
  return /m/i.test(letters) ? 'date' : null;
}

/**
 * The text of a serial day number: `YYYY-MM-DD`, with `THH:mm:ss` when it has a time; `HH:mm` or `HH:mm:ss` for a time
 * of day below 1 and for hours gone by. Days count from 1 January 1900, or from 1904 where the workbook says so
 * (ECMA-376 part 1, 18.17.4.1). Null when no such day exists.
 */
export function dateText(serial: number, kind: DateKind, date1904: boolean): string | null {
  if (!Number.isFinite(serial) || serial < 0) return null;
  const seconds = Math.round(serial * DAY_SECONDS);
  if (!Number.isSafeInteger(seconds)) return null;
  if (kind === 'elapsed') return clock(seconds);
  if (kind === 'time' && serial < 1) return clock(seconds % DAY_SECONDS);
  const day = Math.floor(seconds / DAY_SECONDS);
  const start = dayStart(day, date1904);
  if (start === null || start >= END_OF_DAYS) return null;
  const date = new Date(start).toISOString().slice(0, 10);
  const time = seconds % DAY_SECONDS;
  return time === 0 ? date : `${date}T${clock(time, true)}`;
}

function dayStart(day: number, date1904: boolean): number | null {
  if (day > 3_000_000) return null;
  if (date1904) return FIRST_DAY_1904 + day * DAY_MS;
  if (day < 1 || day === LEAP_BUG) return null;
  return FIRST_TRUE_DAY + (day < LEAP_BUG ? day + 1 : day) * DAY_MS;
}

function clock(seconds: number, always = false): string {
  const two = (value: number) => String(value).padStart(2, '0');
  const minutes = Math.floor(seconds / 60);
  const text = `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
  return seconds % 60 === 0 && !always ? text : `${text}:${two(seconds % 60)}`;
}
