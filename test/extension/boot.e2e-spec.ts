import { Injectable, type Type } from '@nestjs/common';
import { Entity } from 'typeorm';
import {
  type BulkImporter,
  BulkImporterProvider,
  CustomField,
  type CustomFieldCard,
  ImportedRecord,
  RollbookExtension,
  RowFormatProvider,
} from '../../src/extension-api';
import { startService } from '../support/service';

const CARD: CustomFieldCard = { on: 'customer', name: 'tier', description: 'Tier.', example: 'gold' };

/** A service with one module of these providers; the message with which it refuses to start. */
async function refusalOf(...providers: Type[]): Promise<string> {
  @RollbookExtension({ providers })
  class BrokenExtension {}
  try {
    const service = await startService('sqlite', { extensions: [BrokenExtension] });
    await service.stop();
    return 'it started';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function fieldNamed(className: string, card: Partial<CustomFieldCard>): Type {
  const Field = {
    [className]: class {
      readonly parse = (value: string) => ({ value });
    },
  }[className] as Type;
  Injectable()(Field);
  CustomField({ ...CARD, ...card })(Field);
  return Field;
}

function importerOf(
  className: string,
  card: Parameters<typeof BulkImporterProvider>[0],
  ofImporter: readonly object[] = [],
): Type {
  const Importer = {
    [className]: class implements Pick<BulkImporter, 'tables'> {
      readonly tables = ofImporter as unknown as BulkImporter['tables'];
    },
  }[className] as Type;
  Injectable()(Importer);
  BulkImporterProvider(card)(Importer);
  return Importer;
}

describe('a service does not start, and says who is at fault, with', () => {
  it('two custom fields of one name', async () => {
    const fields = [fieldNamed('First', { name: 'tier' }), fieldNamed('Second', { name: 'Tier'.toLowerCase() })];
    expect(await refusalOf(...fields)).toBe(
      'The custom field tier of Second has the name of the one of First; choose another',
    );
  });

  it.each(['legalName', 'legalname', 'customerId', 'customerKeyContacts', 'ssn', 'firstName', 'version'])(
    'a custom field that has the built-in name %s',
    async (name) => {
      expect(await refusalOf(fieldNamed('Mine', { name }))).toBe(
        `The custom field ${name} of Mine has the name of a built-in field; choose another`,
      );
    },
  );

  it('a custom field whose name or length is unfit', async () => {
    expect(await refusalOf(fieldNamed('Mine', { name: 'a b' }))).toMatch(/a b of Mine needs a name of letters/);
    expect(await refusalOf(fieldNamed('Mine', { maxLength: 256 }))).toMatch(
      /tier of Mine may hold 1 to 255 characters/,
    );
  });

  it('a target that is taken, or that cannot be part of a URL', async () => {
    expect(await refusalOf(importerOf('Mine', { target: 'customer.update' }))).toMatch(
      /^Importers (CustomerUpdateImporter and Mine|Mine and CustomerUpdateImporter) both claim the target customer.update$/,
    );
    expect(await refusalOf(importerOf('Mine', { target: 'jobs', route: { title: 'x' } }))).toMatch(
      /^The target jobs of Mine has a route: name it with two words/,
    );
    const long = `my.${'x'.repeat(53)}`;
    expect(await refusalOf(importerOf('Mine', { target: long }))).toBe(
      `The target ${long} of Mine is longer than 55 characters; shorten it`,
    );
  });

  it('a route that asks for another scope than its importer', async () => {
    const card = { target: 'my.things', scope: 'customers:write', route: { title: 'x', scope: 'jobs:write' } } as const;
    expect(await refusalOf(importerOf('Mine', card))).toBe(
      'Mine asks for customers:write and its route for jobs:write; give one of both',
    );
  });

  it('a table whose name cannot be part of the name of a file', async () => {
    const table = { columns: [], oneOf: [] };
    const tables = [
      { ...table, name: 'Orders' },
      { ...table, name: 'Line items' },
    ];
    expect(await refusalOf(importerOf('Mine', { target: 'my.orders' }, tables))).toBe(
      'The table "Line items" of Mine names result files; use letters of A to Z alone',
    );
  });

  it('an entity whose table no migration creates', async () => {
    @Entity('depots')
    class Depot extends ImportedRecord {}
    @RollbookExtension({ entities: [Depot] })
    class DepotExtension {}
    for (const engine of ['sqlite', 'mariadb'] as const) {
      if (engine === 'mariadb' && (process.env['TEST_DATABASE_URL'] ?? '') === '') continue;
      const started = startService(engine, { extensions: [DepotExtension] }).then((service) => service.stop());
      await expect(started).rejects.toThrow(
        'The database lacks tables of entities: depots of Depot; write a migration that creates them',
      );
    }
  });

  it('a file format that is there already', async () => {
    @Injectable()
    @RowFormatProvider({ name: 'csv', order: 1 })
    class MyCsv {}
    expect(await refusalOf(MyCsv)).toMatch(
      /^File formats (MyCsv and CsvFormat|CsvFormat and MyCsv) are both named csv$/,
    );
  });
});
