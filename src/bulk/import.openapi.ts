import { applyDecorators } from '@nestjs/common';
import type { OpenAPIObject } from '@nestjs/swagger';
import { AppError } from '../platform/errors/app-error';
import { InvalidRequest } from '../platform/errors/http.errors';
import { ApiErrors, invalidField } from '../platform/openapi/api-errors';
import { ApiBulkFile, ApiFileAnswer, CREATED, wrongCompany } from './bulk.openapi';
import type { TableImporter } from './engine/bulk-importer.contract';
import type { RoutedImporter } from './engine/importer.registry';

type Operation = NonNullable<OpenAPIObject['paths'][string]['post']>;

/** Paths of the routes of all importers, as the controller declares them. */
const UPLOAD = '/api/v0/bulk/{area}.{name}';
const TEMPLATE = `${UPLOAD}/template`;
const TAG = 'receivables: other files in bulk';

const FORM = {
  type: 'object',
  required: ['file'],
  properties: { file: { type: 'string', format: 'binary', description: 'The rows, in any format the service reads' } },
};

/** Documents the upload of every importer. */
export function ApiImport(): MethodDecorator {
  return ApiBulkFile({
    form: FORM,
    payloads: { 'Every row was applied': { ...CREATED, total_amount: 0 } },
    wrongCompany: wrongCompany('BulkUpdateQuery', 'parentCompanyId'),
  });
}

/** Documents the template of every importer. */
export function ApiImportTemplate(): MethodDecorator {
  return applyDecorators(
    ApiFileAnswer('The file.', { csv: '', xlsx: null }),
    ApiErrors(
      invalidField('ImportTemplateQuery', 'format', 'CSV', 'format must be the name of a file format such as csv'),
    ),
  );
}

/** The words for a format that is not registered. */
export function unknownFormat(format: string, known: readonly string[]): AppError {
  const message = `format must be one of ${known.toSorted().join(', ')}`;
  return new InvalidRequest('The request has invalid fields: format. Each is explained in the list.', {
    issues: [{ object: 'ImportTemplateQuery', field: 'format', rejectedValue: format, message }],
  });
}

/** Puts the routes of each importer, with its title, columns and scope, in the place of the one that serves them all. */
export function listImporters(document: OpenAPIObject, importers: readonly RoutedImporter[]): void {
  const upload = document.paths[UPLOAD]?.post;
  const template = document.paths[TEMPLATE]?.get;
  Reflect.deleteProperty(document.paths, UPLOAD);
  Reflect.deleteProperty(document.paths, TEMPLATE);
  if (upload === undefined || template === undefined || importers.length === 0) return;
  document.tags?.push({ name: TAG, description: 'Files that extensions of this service take.' });
  for (const { target, title, scope, importer } of importers) {
    const path = `/api/v0/bulk/${target}`;
    const name = pascalCase(target);
    const security: Operation['security'] = [{ bearer: [] }, { oauth2: [scope] }];
    const guarded = { tags: [TAG], security };
    document.paths[path] = {
      post: {
        ...own(upload),
        ...guarded,
        operationId: `import${name}`,
        summary: `Imports a file: ${title}.`,
        description: importer.tables.map(describeTable).join('\n\n'),
      },
    };
    document.paths[`${path}/template`] = {
      get: {
        ...own(template),
        ...guarded,
        operationId: `template${name}`,
        summary: `Downloads an empty file: ${title}.`,
        responses: { ...template.responses, 200: withExample(template, importer.tables[0]) },
      },
    };
  }
}

/** A copy without the parameters that only the common route has. */
function own(operation: Operation): Operation {
  const parameters = operation.parameters?.filter((parameter) => '$ref' in parameter || parameter.in !== 'path');
  return { ...operation, parameters, responses: { ...operation.responses } };
}

/** The answer of a template with the beginning of the file. */
function withExample(template: Operation, { columns }: TableImporter): Operation['responses'][string] {
  const answer = template.responses['200'];
  if (answer === undefined || '$ref' in answer) return answer;
  const header = columns.map(({ name, required }) => `${name}${required === true ? '*' : ''}`);
  const example = [header, columns.map((column) => column.example), []].map((cells) => cells.join(',')).join('\r\n');
  return { ...answer, content: { ...answer.content, 'text/csv': { ...answer.content?.['text/csv'], example } } };
}

function describeTable({ name, columns }: TableImporter): string {
  const lines = columns.map(
    (column) =>
      `| ${column.name}${column.required === true ? ' *' : ''} | ${column.description} | \`${column.example}\` |`,
  );
  return [
    `Columns of ${name} (* must be there):`,
    '',
    '| column | holds | example |',
    '| --- | --- | --- |',
    ...lines,
  ].join('\n');
}

function pascalCase(target: string): string {
  return target
    .split(/[.-]/)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');
}
