import type { DataSource, EntityTarget, ObjectLiteral } from 'typeorm';

/** How an entity lies in its table, taken once from TypeORM's metadata. */
export interface EntityTable<T extends ObjectLiteral> {
  readonly name: string;
  /** All mapped properties; `id` among them. */
  readonly properties: readonly string[];
  /** Column of a property. */
  column(property: string): string;
  /** True for a column of whole numbers. */
  isNumeric(property: string): boolean;
  /** Row of a driver -> plain object with the entity's properties. */
  toEntity(raw: ObjectLiteral): T;
  /** Values of those properties in the form a driver takes. */
  toParameters(row: ObjectLiteral, properties: readonly string[]): unknown[];
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

function build<T extends ObjectLiteral>(dataSource: DataSource, entity: EntityTarget<T>): EntityTable<T> {
  const metadata = dataSource.getMetadata(entity);
  const columns = metadata.columns.map(({ propertyName, databaseName, transformer, type }) => ({
    propertyName,
    databaseName,
    isNumeric: type === 'int',
    transformer: Array.isArray(transformer) ? transformer[0] : transformer,
  }));
  const byProperty = new Map(columns.map((column) => [column.propertyName, column]));
  const columnOf = (property: string) => {
    const column = byProperty.get(property);
    if (column === undefined) throw new Error(`${metadata.name} has no property ${property}`);
    return column;
  };
  return {
    name: metadata.tableName,
    properties: columns.map((column) => column.propertyName),
    column: (property) => columnOf(property).databaseName,
    isNumeric: (property) => columnOf(property).isNumeric,
    toEntity: (raw) => {
      const row: ObjectLiteral = {};
      for (const { propertyName, databaseName, transformer } of columns) {
        const value: unknown = raw[databaseName];
        row[propertyName] = transformer === undefined ? value : (transformer.from(value) as unknown);
      }
      return row as T;
    },
    toParameters: (row, properties) =>
      properties.map((property) => {
        const { transformer } = columnOf(property);
        const value: unknown = row[property];
        return (transformer === undefined ? value : (transformer.to(value) as unknown)) ?? null;
      }),
  };
}
