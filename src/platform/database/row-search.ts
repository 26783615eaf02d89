/** Which rows of a table are meant. */
export interface RowSearch<T> {
  /** Columns that must equal one value, such as the company. */
  readonly where: Partial<T>;
  readonly property: string;
  /** Values of the property, each once, in the order in which rows are to be locked. */
  readonly values: readonly (string | number)[];
  readonly lock: boolean;
}
