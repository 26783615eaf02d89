import {
  applyDecorators,
  type DynamicModule,
  Module,
  type ModuleMetadata,
  SetMetadata,
  type Type,
} from '@nestjs/common';

/** A module of an enterprise team that adds importers, formats, fields, routes or families of its own. */
export type Extension = Type | DynamicModule;

/** What an extension adds to the database. */
export interface DatabaseParts {
  readonly entities: readonly Type[];
  readonly migrations: readonly Type[];
}

const DATABASE_PARTS = 'rollbook:database-parts';

/**
 * Marks the module of an extension. In a folder below `src/extensions` it stands in a file `*.extension.ts` and is found
 * there, as are entities (`*.entity.ts`) and migrations (`migrations/*.migration.ts`); those of a module that is passed
 * to `createApp` are found here.
 */
export function RollbookExtension({
  entities = [],
  migrations = [],
  ...module
}: ModuleMetadata & Partial<DatabaseParts>): ClassDecorator {
  return applyDecorators(Module(module), SetMetadata(DATABASE_PARTS, { entities, migrations } satisfies DatabaseParts));
}

/** True for what `RollbookExtension` marks. */
export function isExtension(exported: unknown): exported is Type {
  return typeof exported === 'function' && Reflect.hasMetadata(DATABASE_PARTS, exported);
}

/** All that these modules add to the database; nothing for one without the mark. */
export function databasePartsOf(extensions: readonly Extension[]): DatabaseParts {
  const parts = extensions.flatMap((extension) => {
    const module = 'module' in extension ? extension.module : extension;
    return (Reflect.getMetadata(DATABASE_PARTS, module) as DatabaseParts | undefined) ?? [];
  });
  return {
    entities: parts.flatMap(({ entities }) => entities),
    migrations: parts.flatMap(({ migrations }) => migrations),
  };
}
