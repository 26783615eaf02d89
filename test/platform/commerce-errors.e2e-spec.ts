import { Body, Controller, Get, Module, Post } from '@nestjs/common';
import { COMMERCE_CATALOGUE } from '../../src/families/commerce.catalogue';
import { RequireScope } from '../../src/platform/auth/auth.decorators';
import { defineError } from '../../src/platform/errors/app-error';
import { RunningService, startService } from '../support/service';

/** The numbers of the contract, section 3, and the statuses that stand for themselves. */
const CONTRACT: readonly [code: number, type: string, status: number][] = [
  [10005, 'InvalidJSONPayload', 400],
  [10006, 'InvalidLookupKey', 400],
  [10007, 'SchemaValidationException', 400],
  [10008, 'NotFound', 404],
  [10015, 'PaginatedResponseException', 400],
  [10016, 'LookupKeyNotFound', 400],
  [10017, 'PayloadValidationError', 400],
  [60004, 'CustomerExists', 400],
  [60005, 'CustomerMultipleFound', 400],
  [60006, 'CustomerNotFound', 404],
  [60007, 'ParentCustomerNotFound', 404],
  [400, 'BadRequest', 400],
  [401, 'Unauthorized', 401],
  [403, 'Forbidden', 403],
  [404, 'NotFound', 404],
  [405, 'MethodNotAllowed', 405],
  [406, 'NotAcceptable', 406],
  [408, 'RequestTimeout', 408],
  [409, 'Conflict', 409],
  [413, 'PayloadTooLarge', 413],
  [415, 'UnsupportedMediaType', 415],
  [422, 'UnprocessableEntity', 422],
  [429, 'TooManyRequests', 429],
  [500, 'InternalError', 500],
  [503, 'ServiceUnavailable', 503],
];

class Gone extends defineError('GONE', 'UNPROCESSABLE_REQUEST', 410) {}

@Controller('customers/test/guarded')
class GuardedController {
  @Get('gone')
  @RequireScope('customers:read')
  fail(): never {
    throw new Gone('It was here once.');
  }

  @Post('echo')
  @RequireScope('customers:write')
  echo(@Body() body: unknown): unknown {
    return { body };
  }
}

@Module({ controllers: [GuardedController] })
class GuardedModule {}

const SECRET = 'Zm9yIHRlc3RzIG9ubHksIG5vdCBhIHNlY3JldA-4711';

let service: RunningService;
let production: RunningService;
beforeAll(async () => {
  service = await startService('sqlite', { extensions: [GuardedModule] });
  production = await startService('sqlite', {
    environment: { NODE_ENV: 'production', APP_SECRET: SECRET, PUBLIC_URL: 'https://api.example.com/rollbook/' },
  });
});
afterAll(async () => {
  await service.stop();
  await production.stop();
});

const html = (path: string, from = service) => from.anonymous.get(path).set('Accept', 'text/html');
const json = (path: string, from = service) => from.anonymous.get(path).set('Accept', 'application/json');

describe('the page of an error', () => {
  it.each(CONTRACT)('%d names type %s and status %d', async (code, type, status) => {
    const { body, headers } = await json(`/errors/${code}`)
      .expect(200)
      .expect('Content-Type', /^application\/json/);
    expect(Object.keys(body)).toEqual(['code', 'type', 'status', 'meaning', 'remedy']);
    expect(body).toMatchObject({ code, type, status });
    for (const words of [body.meaning, body.remedy]) expect(words).toMatch(/^[A-Z].{15,200}\.$/);
    expect(headers).toMatchObject({ 'cache-control': 'public, max-age=3600', vary: expect.stringMatching(/Accept\b/) });

    const page = await html(`/errors/${code}`).expect(200).expect('Content-Type', 'text/html; charset=utf-8');
    expect(page.text).toContain(`<title>${code} ${type} - Rollbook errors</title>`);
    const shown = page.text.replaceAll('&#39;', "'").replaceAll('&quot;', '"');
    for (const words of [`HTTP ${status}`, body.meaning, body.remedy.replace('<token>', '&lt;token&gt;')]) {
      expect(shown).toContain(words);
    }
  });

  it('exists for these numbers and no other, each of our codes under one of them', async () => {
    const { body } = await json('/errors').expect(200);
    expect(body.errors.map(({ code, type, status }: any) => [code, type, status])).toEqual(CONTRACT);
    const errorCodes = COMMERCE_CATALOGUE.flatMap((entry) => entry.errorCodes);
    expect(new Set(errorCodes).size).toBe(errorCodes.length);
    const { text } = await html('/errors').expect(200);
    expect([...text.matchAll(/href="\/errors\/(\d+)"/g)].map(([, code]) => Number(code))).toEqual(
      CONTRACT.map(([code]) => code),
    );
  });

  it.each([
    [undefined, 'html'],
    ['*/*', 'html'],
    ['text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', 'html'],
    ['image/png', 'html'],
    ['not a type', 'html'],
    ['application/json', 'json'],
    ['application/json, text/plain, */*', 'json'],
    ['text/html;q=0.5, application/json', 'json'],
  ])('is for whoever asks: Accept %s gets %s', async (accept, kind) => {
    for (const path of ['/errors', '/errors/10007', '/errors/10007/']) {
      const request = service.anonymous.get(path);
      if (accept !== undefined) void request.set('Accept', accept);
      await request.expect(200).expect('Content-Type', new RegExp(kind));
    }
  });

  it('needs nothing but itself and breaks no rule of the content security policy', async () => {
    for (const path of ['/errors', '/errors/401']) {
      const { text, headers } = await html(path);
      expect(headers['content-security-policy']).toMatch(/script-src 'self';.*style-src 'self' https: 'unsafe-inline'/);
      expect(text).toMatch(/^<!doctype html>\n<html lang="en">/);
      // An empty icon, or browsers would ask for /favicon.ico.
      expect(text).toContain('<link rel="icon" href="data:,">');
      expect(text).not.toMatch(/<script|<link(?! rel="icon")|<img|\ssrc=|\son\w+=|\sstyle=|url\(|@import|https?:/i);
      expect(text).toContain('<a href="/errors">');
      expect(text).toContain('<a href="/docs">');
    }
  });

  it('leads nowhere that does not answer', async () => {
    const { text } = await html('/errors');
    const links = new Set([...text.matchAll(/<a href="([^"]+)"/g)].map(([, path]) => path!));
    expect(links.size).toBe(CONTRACT.length + 2);
    for (const path of links) await html(path).redirects(1).expect(200);
  });

  it('exists in production, below the path of PUBLIC_URL and without a link to the documentation', async () => {
    const { text } = await html('/errors/10007', production).expect(200);
    expect(text).toContain('<a href="/rollbook/errors">');
    expect(text).not.toContain('/docs');
    expect((await html('/errors', production)).text).toContain('href="/rollbook/errors/10007"');
    const { body } = await production.anonymous.get('/customers/test/it/is/not').expect(404);
    expect(body.error.moreInfo).toBe('https://api.example.com/rollbook/errors/10008');
  });
});

describe('the moreInfo of an error', () => {
  const malformed = async () =>
    (await service.createTenant()).api.post('/customers/test/guarded/echo').type('json').send('{"a": ');
  const cases: [string, () => PromiseLike<any>, number, number][] = [
    ['a call without a token', () => service.anonymous.get('/customers/test/guarded/gone'), 401, 401],
    ['malformed JSON', malformed, 400, 10005],
    ['a route that is not there', () => service.anonymous.get('/customers/test/it/is/not'), 404, 10008],
    ['a method the route does not take', () => service.anonymous.delete('/customers/test/guarded/echo'), 405, 405],
    [
      'a token without the scope',
      async () => (await service.createTenant({ scopes: ['jobs:read'] })).api.get('/customers/test/guarded/gone'),
      403,
      403,
    ],
    [
      'a status that has no page',
      async () => (await service.createTenant()).api.get('/customers/test/guarded/gone'),
      410,
      400,
    ],
  ];

  it.each(cases)('leads to a page that explains it: %s', async (_, send, status, code) => {
    const answer = await send();
    expect(answer.status).toBe(status);
    const { error } = answer.body;
    expect(Object.keys(error)).toEqual(['code', 'messages', 'moreInfo', 'status', 'type']);
    expect(error).toMatchObject({ code, status, moreInfo: `${service.baseUrl}/errors/${code}` });
    const page = await fetch(error.moreInfo, { headers: { Accept: 'application/json' } });
    expect(page.status).toBe(200);
    expect(await page.json()).toMatchObject({ code: error.code, type: error.type });
  });
});

describe('a number that no error has', () => {
  it.each(['1', '10009', '0', '-400', '010007', '10007.0', '1e4', 'constructor', ' 401', '401%20', '٤٠١'])(
    'is not found, in the usual words: %s',
    async (number) => {
      for (const ask of [html, json]) {
        const { body, headers } = await ask(`/errors/${encodeURI(number)}`).expect(404);
        expect(headers['x-error-type']).toBe('RECORD_NOT_FOUND');
        expect(headers['cache-control']).toBe('no-store');
        const words = 'There is no error with this number; see /errors for the list of all.';
        expect(body).toMatchObject({ response_code: 404, response_message: words });
      }
    },
  );

  it.each([
    '<script>alert(1)</script>',
    '%3Cscript%3Ealert(1)%3C%2Fscript%3E',
    '"><img src=x onerror=alert(1)>',
    '10007%00<script>',
    '%00',
    '%zz<script>',
    '../../<script>',
    `<script>${'x'.repeat(8_000)}`,
    '9'.repeat(8_000),
  ])('is not shown again: %.60s', async (number) => {
    const answer = await html(`/errors/${number}`);
    expect([400, 404]).toContain(answer.status);
    expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
    expect(answer.text).not.toMatch(/<|%3C|alert|onerror|x{20}|9{20}|\0/i);
  });
});
