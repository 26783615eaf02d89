import fc from 'fast-check';
import { cellMeaning } from './cell-meaning';
import { Cells, TableStyle } from './table.file';

/** Columns of the tables, under one of the names each may have. */
const HEADERS = {
  legalName: ['legalName', 'Legal Name', 'LEGAL_NAME *', 'legal-name'],
  uniqueRefNo: ['uniqueRefNo', 'Unique Ref No', 'unique_ref_no'],
  address: ['address', 'Address'],
  assignedAgent: ['assignedAgent', 'assigned agent', 'ASSIGNED AGENT'],
  pinCode: ['pinCode', 'pin code', 'PIN_CODE*'],
} as const;
type Column = keyof typeof HEADERS;
const COLUMNS = Object.keys(HEADERS) as Column[];
/** Rows are counted as a spreadsheet does, and lines where there is no header. */
const FIRST_ROW = { csv: 2, xlsx: 2, ndjson: 1 } as const;

/** What is to become of one row: the stored values, or the code it fails with. */
export interface ExpectedRow {
  readonly row: number;
  /** Its cells as they stand in the file. */
  readonly cells: readonly string[];
  readonly ref: string;
  readonly code: string | null;
  readonly values: Readonly<Record<string, string | null>>;
}

/** A table of customers to create, and what must come of it. */
export interface TableCase {
  readonly style: TableStyle;
  readonly columns: readonly Column[];
  /** The cells of the file; `prefix` makes the numbers of its customers its own. */
  build(prefix: string): { readonly cells: Cells; readonly rows: readonly ExpectedRow[] };
}

interface DrawnRow {
  readonly name: string;
  readonly address: string;
  readonly agent: string;
  readonly pin: string;
  readonly isBlank: boolean;
  readonly isRepeated: boolean;
}

/** No control characters and no mark of a broken encoding, which are refused; line breaks as cells have them. */
const storable = (most: number) =>
  fc
    .string({
      unit: fc.oneof(
        { weight: 6, arbitrary: fc.constantFrom(...' ,;|"\'\t\n=+-@#ABCabc123<&>_x0041_é€😀家') },
        { weight: 1, arbitrary: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }) },
      ),
      maxLength: most,
    })
    .filter((text) => text.isWellFormed() && !/[\p{Cc}\uFFFD-\uFFFF]/u.test(text.replace(/[\t\n]/g, '')));

const styles: fc.Arbitrary<TableStyle> = fc.record({
  kind: fc.constantFrom('csv', 'csv', 'xlsx', 'ndjson'),
  delimiter: fc.constantFrom(',', ';', '\t', '|'),
  lineEnd: fc.constantFrom('\n', '\r\n'),
  encoding: fc.constantFrom('utf8', 'utf8-mark', 'utf16le'),
  quotesAll: fc.boolean(),
  endsWithLine: fc.boolean(),
  sharesStrings: fc.boolean(),
});

const drawnRows: fc.Arbitrary<DrawnRow> = fc.record({
  name: fc.oneof(
    { weight: 9, arbitrary: storable(40).map((text) => `Fz${text}`) },
    { weight: 1, arbitrary: fc.constantFrom('', 'X', `Y${'y'.repeat(200)}`, `N${'n'.repeat(199)}`, '#CLEAR') },
  ),
  address: storable(60),
  agent: storable(30),
  pin: fc.oneof(
    { weight: 4, arbitrary: fc.integer({ min: 100_000, max: 999_999 }).map(String) },
    { weight: 1, arbitrary: fc.constantFrom('', '01', '012345', '41100', '4110011', 'abcdef', '411 001') },
  ),
  isBlank: fc.integer({ min: 0, max: 14 }).map((at) => at === 0),
  isRepeated: fc.integer({ min: 0, max: 9 }).map((at) => at === 0),
});

/** Tables of up to forty rows, in every way a program may write them. */
export const tableCases: fc.Arbitrary<TableCase> = fc
  .record({
    style: styles,
    columns: fc.shuffledSubarray(COLUMNS, { minLength: COLUMNS.length }),
    names: fc.record(Object.fromEntries(COLUMNS.map((column) => [column, fc.constantFrom(...HEADERS[column])]))),
    rows: fc.array(drawnRows, { minLength: 1, maxLength: 40 }).filter((rows) => rows.some(({ isBlank }) => !isBlank)),
  })
  .map(({ style, columns, names, rows: drawn }) => ({
    style,
    columns,
    build: (prefix) => {
      const cells: string[][] = [columns.map((column) => names[column] ?? column)];
      const rows: ExpectedRow[] = [];
      const taken = new Set<string>();
      drawn.forEach((one, at) => {
        const row = FIRST_ROW[style.kind] + at;
        const ref = one.isRepeated && at > 0 ? `${prefix}-0` : `${prefix}-${at}`;
        const texts: Record<Column, string> = {
          legalName: one.name,
          uniqueRefNo: ref,
          address: one.address,
          assignedAgent: one.agent,
          pinCode: one.pin,
        };
        const written = columns.map((column) => (one.isBlank ? '' : texts[column]));
        cells.push(written);
        if (!one.isBlank) rows.push({ row, cells: written, ref, ...verdictOf(texts, style, taken) });
      });
      return { cells, rows };
    },
  }));

function verdictOf(
  texts: Record<Column, string>,
  { kind }: TableStyle,
  taken: Set<string>,
): Pick<ExpectedRow, 'code' | 'values'> {
  const values = Object.fromEntries(
    COLUMNS.map((column) => [column, texts[column] === '' ? null : cellMeaning(texts[column], kind)]),
  );
  const name = values['legalName'] ?? null;
  const pin = values['pinCode'] ?? null;
  const code =
    name === null
      ? 'REQUIRED'
      : [...name].length < 2
        ? 'INVALID_FORMAT'
        : [...name].length > 200
          ? 'TOO_LONG'
          : pin !== null && !/^[1-9]\d{5}$/.test(pin)
            ? 'INVALID_FORMAT'
            : null;
  if (code !== null) return { code, values };
  if (taken.has(texts.uniqueRefNo)) return { code: 'DUPLICATE', values };
  taken.add(texts.uniqueRefNo);
  return { code: null, values };
}
