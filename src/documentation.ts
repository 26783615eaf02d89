import type { NestExpressApplication } from '@nestjs/platform-express';
import { DocumentBuilder, OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { ImporterRegistry } from './bulk/engine/importer.registry';
import { listImporters } from './bulk/import.openapi';
import { API_INTRODUCTION, AUTHORIZE, describeMainCalls, TAGS } from './documentation.text';
import { SCOPES } from './platform/auth/scopes';
import { FamilyRegistry } from './platform/errors/family.registry';
import { documentIdempotency } from './platform/idempotency/idempotency.openapi';
import { documentLimits } from './platform/limits/limits.openapi';
import { addErrorResponses, operationsOf } from './platform/openapi/error-responses';
import { headerRefs, HEADERS } from './platform/openapi/response-headers';

/** What each scope allows, for the "Authorize" dialog. */
const SCOPE_WORDS = {
  ...Object.fromEntries(SCOPES.map((scope) => [scope, scope.split(':').reverse().join(' ')])),
  'customers:pii': 'read personal numbers of customers in full, and all that is stored about one',
  'customers:erase': 'erase the personal data of customers for good, or forbid it',
};

/** The OpenAPI document of all routes. */
export function createDocument(app: NestExpressApplication): OpenAPIObject {
  const families = app.get(FamilyRegistry);
  const builder = new DocumentBuilder()
    .setTitle('Rollbook')
    .setDescription(API_INTRODUCTION)
    .setVersion('0.1.0')
    .setLicense('MIT', 'https://opensource.org/license/mit')
    .addServer('/', 'This service')
    // First, because Swagger UI puts the cursor into the last of these forms: people come with a bearer token.
    .addBearerAuth({ type: 'http', scheme: 'bearer', description: AUTHORIZE.metrics }, 'metrics')
    .addBasicAuth({ type: 'http', scheme: 'basic', description: AUTHORIZE.basic })
    .addBearerAuth({ type: 'http', scheme: 'bearer', description: AUTHORIZE.bearer })
    .addOAuth2({
      type: 'oauth2',
      description: AUTHORIZE.oauth2,
      // Relative, so that the page works under whatever name it was reached.
      flows: { clientCredentials: { tokenUrl: '/oauth/token', scopes: SCOPE_WORDS } },
    });
  for (const [name, description] of Object.entries(TAGS)) builder.addTag(name, description);
  const document = SwaggerModule.createDocument(app, builder.build(), {
    operationIdFactory: (controller, method) => `${controller.replace(/Controller$/, '')}_${method}`,
    // Of all families: an unknown URL below a family's prefix gets its body even where it has no route yet.
    extraModels: families.list().flatMap(({ errorModels }) => Object.values(errorModels ?? {})),
  });
  listImporters(document, app.get(ImporterRegistry).listRouted());
  documentIdempotency(document);
  documentLimits(document);
  addErrorResponses(document, families);
  document.components = { ...document.components, headers: HEADERS };
  for (const { operation } of operationsOf(document)) {
    // A route that asks for nothing is a public one; said in so many words, it is no oversight.
    operation.security ??= [];
    for (const response of Object.values(operation.responses)) {
      if (response === undefined || '$ref' in response) continue;
      response.headers = { ...headerRefs('X-Request-Id'), ...response.headers };
    }
  }
  document.info.description = `${API_INTRODUCTION}\n\n${describeMainCalls(document)}`;
  return document;
}

/** Serves Swagger UI on `/docs` and the document on `/docs-json`. */
export function setUpDocumentation(app: NestExpressApplication): void {
  SwaggerModule.setup('docs', app, () => createDocument(app), {
    jsonDocumentUrl: 'docs-json',
    customSiteTitle: 'Rollbook API',
    swaggerOptions: {
      persistAuthorization: true,
      displayRequestDuration: true,
      tryItOutEnabled: true,
      // Swagger UI would show the document to a validator on the internet.
      validatorUrl: null,
      displayOperationId: false,
      defaultModelsExpandDepth: 0,
    },
  });
}
