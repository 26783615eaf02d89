import { forEachGivingWay } from '../event-loop/give-way';
import type { DataSource, EntityTarget, ObjectLiteral, ValueTransformer } from 'typeorm';

/** How an entity lies in its table, taken once from TypeORM's metadata. */
export interface EntityTable<T extends ObjectLiteral> {
  readonly name: string;
  /** All mapped properties; `id` among them. */
  readonly properties: readonly string[];
  /** Column of a property. */
  column(property: string): string;
  /** True for a column of whole numbers. */
  isNumeric(property: string): boolean;
  /** True for a column of texts that may be long, such as documents. */
  isLongText(property: string): boolean;
  /** Makes a function that takes the values of these properties as a driver gives them -> plain object with them. */
  toEntity(properties: readonly string[]): (values: readonly unknown[]) => T;
  /** Makes a function that gives the values of these properties in the form a driver takes. */
  toParameters(properties: readonly string[]): (row: ObjectLiteral) => unknown[];
}

const known = new WeakMap<DataSource, Map<unknown, EntityTable<ObjectLiteral>>>();

/** Table of an entity, built at its first use. */
export function entityTable<T extends ObjectLiteral>(dataSource: DataSource, entity: EntityTarget<T>): EntityTable<T> {
  const tables = known.get(dataSource) ?? new Map<unknown, EntityTable<ObjectLiteral>>();
  known.set(dataSource, tables);
  const table = tables.get(entity) ?? build(dataSource, entity);
  tables.set(entity, table);
  return table as EntityTable<T>;
}

interface MappedColumn {
  readonly propertyName: string;
  readonly databaseName: string;
  readonly isNumeric: boolean;
  readonly isLongText: boolean;
  readonly transformer: ValueTransformer | undefined;
}

function build<T extends ObjectLiteral>(dataSource: DataSource, entity: EntityTarget<T>): EntityTable<T> {
  const metadata = dataSource.getMetadata(entity);
  const columns = metadata.columns.map(({ propertyName, databaseName, transformer, type }): MappedColumn => ({
    propertyName,
    databaseName,
    isNumeric: type === 'int',
    isLongText: type === 'text',
    transformer: Array.isArray(transformer) ? transformer[0] : transformer,
  }));
  const byProperty = new Map(columns.map((column) => [column.propertyName, column]));
  const columnOf = (property: string) => {
    const column = byProperty.get(property);
    if (column === undefined) throw new Error(`${metadata.name} has no property ${property}`);
    return column;
  };
  const properties = columns.map(({ propertyName }) => propertyName);
  return {
    name: metadata.tableName,
    properties,
    column: (property) => columnOf(property).databaseName,
    isNumeric: (property) => columnOf(property).isNumeric,
    isLongText: (property) => columnOf(property).isLongText,
    toEntity: (names) => {
      const read = names.map(columnOf);
      // A copy of an object that has all members is several times as fast as one built member by member.
      const empty: ObjectLiteral = Object.fromEntries(names.map((name) => [name, null]));
      return (values) => {
        const row: ObjectLiteral = { ...empty };
        for (let at = 0; at < read.length; at++) {
          const { propertyName, transformer } = read[at] as MappedColumn;
          const value = values[at];
          row[propertyName] = transformer === undefined ? value : (transformer.from(value) as unknown);
        }
        return row as T;
      };
    },
    toParameters: (names) => {
      const written = names.map(columnOf);
      return (row) =>
        written.map(({ propertyName, transformer }) => {
          const value: unknown = row[propertyName];
          return (transformer === undefined ? value : (transformer.to(value) as unknown)) ?? null;
        });
    },
  };
}

/** Statement that writes some properties of the rows of which others have certain values: first the former, then the latter. */
export function updateWhere(
  table: EntityTable<ObjectLiteral>,
  changing: readonly string[],
  known: readonly string[],
): string {
  const equal = (name: string) => `${table.column(name)} = ?`;
  return `UPDATE ${table.name} SET ${changing.map(equal).join(', ')} WHERE ${known.map(equal).join(' AND ')}`;
}

/** Statement that writes these properties of one row: their values, its id, and the version it must have where that matters. */
export function updateById(
  table: EntityTable<ObjectLiteral>,
  changing: readonly string[],
  isVersioned: boolean,
): string {
  return updateWhere(table, changing, isVersioned ? ['id', 'version'] : ['id']);
}

/** Those properties of rows in the form a driver takes them; others have their turn meanwhile. */
export async function parametersOf(
  table: EntityTable<ObjectLiteral>,
  rows: readonly ObjectLiteral[],
  properties: readonly string[],
): Promise<unknown[][]> {
  const toParameters = table.toParameters(properties);
  const values: unknown[][] = [];
  await forEachGivingWay(rows, (row) => values.push(toParameters(row)));
  return values;
}
