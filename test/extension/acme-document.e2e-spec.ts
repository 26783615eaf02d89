import { createDocument } from '../../src/documentation';
import { RunningService, startService } from '../support/service';
import { everyNode, resolveRef } from '../program/schema-check';
import { AcmeExtension } from './acme/acme.extension';

describe('the document of a service with an extension', () => {
  let service: RunningService;
  let document: any;
  beforeAll(async () => {
    service = await startService('sqlite', { extensions: [AcmeExtension] });
    ({ body: document } = await service.anonymous.get('/docs-json').expect(200));
  });
  afterAll(() => service.stop());

  it('has an entry for the files of the importer, with its columns and scope', () => {
    const { post } = document.paths['/api/v0/bulk/acme.loyalty'];
    expect(post).toMatchObject({
      operationId: 'importAcmeLoyalty',
      summary: 'Imports a file: Loyalty cards.',
      tags: ['receivables: other files in bulk'],
      security: [{ bearer: [] }, { oauth2: ['customers:write'] }],
    });
    expect(post.description).toContain('| cardNumber * | L- and 6 digits. | `L-000042` |');
    expect(post.description).toContain('| nickname | What the buyer calls it. | `Blue card` |');
    expect(Object.keys(post.requestBody.content)).toEqual(['multipart/form-data']);
    expect(post.parameters.map(({ name }: any) => name)).toEqual(
      expect.arrayContaining(['duplicates', 'parentCompanyId', 'Prefer']),
    );
    expect(post.parameters.filter((parameter: any) => parameter.in === 'path')).toEqual([]);
    expect(Object.keys(post.responses)).toEqual(
      expect.arrayContaining(['200', '202', '400', '401', '403', '422', '500']),
    );
    const lacking = post.responses['403'].content['application/json'].examples;
    expect(JSON.stringify(lacking)).toContain('customers:write');
    const template = document.paths['/api/v0/bulk/acme.loyalty/template'].get;
    expect(template.operationId).toBe('templateAcmeLoyalty');
    expect(template.responses['200'].content['text/csv'].example).toBe(
      'cardNumber*,points*,nickname\r\nL-000042,120,Blue card\r\n',
    );
    expect(document.tags).toContainEqual(expect.objectContaining({ name: 'receivables: other files in bulk' }));
  });

  it('has no path with the name of an importer left open', async () => {
    expect(Object.keys(document.paths).filter((path) => path.includes('{area}'))).toEqual([]);
    const plain = await startService('sqlite');
    const { paths, tags } = createDocument(plain.app);
    await plain.stop();
    expect(Object.keys(paths).filter((path) => /area|acme/.test(path))).toEqual([]);
    expect(tags?.map(({ name }) => name)).not.toContain('receivables: other files in bulk');
  });

  it('shows the custom field wherever customers are written, read and searched', () => {
    const { schemas } = document.components;
    const field = { type: 'string', description: 'Tier: gold or silver.', example: 'gold' };
    for (const name of ['CreateCustomerRequest', 'UpdateCustomerRequest', 'SearchCustomersRequest']) {
      expect([name, schemas[name].properties.acmeTier]).toEqual([
        name,
        expect.objectContaining({ ...field, maxLength: 10 }),
      ]);
      expect(schemas[name].required ?? []).not.toContain('acmeTier');
    }
    expect(schemas.CustomerResponse.properties.acmeTier).toMatchObject({ ...field, nullable: true });
  });

  it('shows the routes of the family with its own errors', () => {
    const { get } = document.paths['/acme/loyalty/{cardNumber}'];
    expect(Object.keys(get.responses)).toEqual(
      expect.arrayContaining(['200', '400', '401', '403', '404', '500', '503']),
    );
    const { schema, examples } = get.responses['404'].content['application/json'];
    expect(schema.$ref).toBe('#/components/schemas/AcmeError');
    expect(examples.CARD_NOT_FOUND.value).toMatchObject({ ok: false, problem: 'CARD_NOT_FOUND' });
  });

  it('resolves every reference, with ids that are unique', () => {
    everyNode(document, (node) => {
      if (typeof node.$ref === 'string') resolveRef(document, node.$ref);
    });
    const ids = Object.values<any>(document.paths).flatMap((item) =>
      Object.values<any>(item).map(({ operationId }) => operationId),
    );
    expect(new Set(ids).size).toBe(ids.length);
  });
});
