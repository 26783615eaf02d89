import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Readable } from 'node:stream';
import { Body, Controller, HttpCode, Module, Post, Put, Req } from '@nestjs/common';
import { ApiConsumes } from '@nestjs/swagger';
import type { Request } from 'express';
import { Public, RequireScope } from '../../src/platform/auth/auth.decorators';
import { readJsonBody } from '../../src/platform/http/json-body';
import { JsonBody } from '../../src/platform/http/json-body.decorator';
import { createCustomer } from '../support/customers';
import { RunningService, startService, Tenant } from '../support/service';

const MIB = 1024 * 1024;
const PATH = '/api/v0/test';

/** Gives back what arrives. */
@Controller(PATH)
class EchoController {
  @Post('standard')
  @HttpCode(200)
  @Public()
  standard(@Body() body: unknown): unknown {
    return { body, kind: typeof body };
  }

  @Post('bulk')
  @HttpCode(200)
  @Public()
  @JsonBody({ limit: 'bulk' })
  bulk(@Body() body: object): unknown {
    return { length: JSON.stringify(body).length, keys: Object.keys(body) };
  }

  @Put('closed')
  @RequireScope('customers:write')
  closed(): unknown {
    return {};
  }

  @Post('own')
  @HttpCode(200)
  @Public()
  @ApiConsumes('application/json')
  async own(@Req() request: Request): Promise<unknown> {
    const chunks = (await request.toArray()) as Buffer[];
    return { text: Buffer.concat(chunks).toString(), kind: typeof request.body };
  }
}

@Module({ controllers: [EchoController] })
class EchoModule {}

let service: RunningService;
let tenant: Tenant;
beforeAll(async () => {
  const environment = { MAX_JSON_BYTES: String(2 * MIB) };
  service = await startService('sqlite', { extensions: [EchoModule], environment });
  tenant = await service.createTenant();
});
afterAll(() => service.stop());

const post = (route: string, body: string | Buffer | undefined, type = 'application/json') => {
  const call = service.anonymous.post(`${PATH}/${route}`).set('Content-Type', type);
  // Otherwise supertest writes a buffer as JSON.
  return body === undefined ? call : call.serialize((given: unknown) => given as string).send(body);
};
const ofBytes = (bytes: number) => JSON.stringify(['x'.repeat(bytes - 4)]);
const messageOf = async (call: ReturnType<typeof post>, status: number) =>
  (await call.expect(status)).body.errorResponse.errorMessage as string;

describe('A JSON body that later steps would alter silently', () => {
  let path: string;
  beforeAll(async () => {
    path = `/api/v0/customer/${(await createCustomer(tenant.api)).customerId}`;
  });

  it.each([
    ['{"__proto__":{"status":"INACTIVE"}}', '__proto__'],
    ['{"constructor":{"prototype":{"x":1}}}', 'constructor'],
    ['{"state":"Goa","prototype":1}', 'prototype'],
    ['{"customerKeyContacts":[{"name":"A","__proto__":{"deleted":true}}]}', 'customerKeyContacts[0].__proto__'],
    ['{"state":"Goa","state":"Delhi"}', 'state'],
    ['{"creditLimit":9007199254740993}', 'creditLimit'],
  ])('%s is refused, naming the place, and nothing is changed', async (text, place) => {
    const before = (await tenant.api.get(path)).body.payload;
    const { body } = await tenant.api.patch(path).type('json').send(text).expect(400);
    expect(body.errorResponse).toMatchObject({
      errorType: 'VALIDATION_ERROR',
      apiSubErrors: [{ object: 'body', field: place }],
    });
    expect((await tenant.api.get(path)).body.payload).toEqual(before);
    expect(({} as any).deleted).toBeUndefined();
  });

  it.each([33, 10_000])('nested %i deep is refused quickly', async (depth) => {
    const text = `{"state":${'['.repeat(depth)}${']'.repeat(depth)}}`;
    const { body } = await tenant.api.patch(path).type('json').send(text).expect(400);
    expect(body.errorResponse.errorMessage).toContain('deeper than 32 levels');
  });
});

describe('A JSON body', () => {
  it('is read as it was sent, with or without a byte order mark', async () => {
    const body = { text: 'Zoë \u{1F600} \u0000', list: [1.5, null, true, {}] };
    expect((await post('standard', JSON.stringify(body)).expect(200)).body).toEqual({ body, kind: 'object' });
    expect((await post('standard', `\uFEFF${JSON.stringify(body)}`).expect(200)).body.body).toEqual(body);
    expect((await post('standard', '{}', 'application/json; charset="UTF-8"').expect(200)).body.body).toEqual({});
  });

  it('may have its characters anywhere, whatever their length', async () => {
    for (const character of ['é', '€', '😀']) {
      for (const shift of ['', 'x', 'xx', 'xxx']) {
        const body = [shift + character.repeat(150_000)];
        expect((await post('standard', JSON.stringify(body)).expect(200)).body.body).toEqual(body);
      }
    }
  });

  it('may be absent', async () => {
    const absent = { kind: 'undefined' };
    expect((await post('standard', undefined).expect(200)).body).toEqual(absent);
    expect((await post('standard', undefined).set('Content-Length', '0').expect(200)).body).toEqual(absent);
    expect((await service.anonymous.post(`${PATH}/standard`).expect(200)).body).toEqual(absent);
  });

  it.each([
    ['blank', '  \n', 'Line 2, column 1 of the body: expected a value'],
    ['a text', '"a"', 'send a JSON object'],
    ['a number', '1', 'send a JSON object'],
    ['null', 'null', 'send a JSON object'],
    ['not complete', '{"a":', 'Line 1, column 6 of the body: expected a value'],
    ['no UTF-8', Buffer.from('{"a":"\xff"}', 'latin1'), 'send the JSON in UTF-8'],
    ['UTF-16', Buffer.from('\uFEFF{}', 'utf16le'), 'send the JSON in UTF-8'],
  ])('is refused when it is %s', async (_what, body, message) => {
    expect(await messageOf(post('standard', body), 400)).toContain(message);
  });

  it.each(['utf-16', 'utf8', 'iso-8859-1', '""', 'utf-8; charset=utf-16'])(
    'is refused in the charset %s',
    async (charset) => {
      const call = post('standard', '{}', `application/json; charset=${charset}`);
      expect(await messageOf(call, 415)).toContain('send the JSON in UTF-8');
    },
  );

  it.each(['gzip', 'deflate', 'br', 'identity, gzip'])('is refused with the encoding %s', async (encoding) => {
    const call = post('standard', '{}').set('Content-Encoding', encoding);
    expect(await messageOf(call, 415)).toContain('without compression');
  });

  it('is not read before the token: whoever may not come in learns nothing about it', async () => {
    await service.anonymous.put(`${PATH}/closed`).type('json').send('{').expect(401);
    await tenant.api.put(`${PATH}/closed`).type('json').send('{').expect(400);
    await service.anonymous.put(`${PATH}/nothing`).type('json').send('{').expect(404);
  });

  it('is left alone on a route that reads its own', async () => {
    const { body } = await post('own', '{"a": 1, "a": 2').expect(200);
    expect(body).toEqual({ text: '{"a": 1, "a": 2', kind: 'undefined' });
  });

  it('may have 1 MiB, and MAX_JSON_BYTES on a bulk route', async () => {
    await post('standard', ofBytes(MIB)).expect(200);
    expect(await messageOf(post('standard', ofBytes(MIB + 1)), 413)).toContain('at most 1048576 bytes');
    expect((await post('bulk', ofBytes(2 * MIB)).expect(200)).body.length).toBe(2 * MIB);
    expect(await messageOf(post('bulk', ofBytes(2 * MIB + 1)), 413)).toContain('at most 2097152 bytes');
  });

  it.each([
    [2 * MIB, 200, '"length":2097152'],
    [2 * MIB + 1, 413, 'at most 2097152 bytes'],
  ])('in chunks, of %i bytes, is answered %i', async (bytes, status, words) => {
    const answer = await fetch(`${service.baseUrl}${PATH}/bulk`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: new Blob([ofBytes(bytes)]).stream(),
      duplex: 'half',
    });
    expect(answer.status).toBe(status);
    expect(await answer.text()).toContain(words);
  });

  it('in chunks of which there is none is refused as incomplete', async () => {
    const call = post('bulk', undefined).set('Transfer-Encoding', 'chunked');
    expect(await messageOf(call, 400)).toContain('expected a value, found the end of the body');
  });

  it('keeps every key on a bulk route, for its validator to judge', async () => {
    const { body } = await post('bulk', '{"__proto__":{"a":1},"constructor":2,"prototype":3}').expect(200);
    expect(body.keys).toEqual(['__proto__', 'constructor', 'prototype']);
    expect(await messageOf(post('bulk', '{"a":1,"a":1}'), 400)).toContain('a stands twice');
  });

  it('that broke off before it was read is told from one that cannot be read', async () => {
    const request = Object.assign(Readable.from([]), { headers: { 'content-length': '2' } });
    request.destroy();
    const reading = readJsonBody(request as unknown as Request, { maxBytes: 10, forbiddenKeys: new Set() });
    await expect(reading).rejects.toMatchObject({ code: 'REQUEST_ABORTED' });
  });
});

const corpus = resolve(process.env['CORPORA_DIR'] ?? '../shared/corpora', 'jsontestsuite/test_parsing');
if (!existsSync(corpus)) console.warn(`Corpus tests are skipped: ${corpus} is not there. Set CORPORA_DIR.`);

(existsSync(corpus) ? describe : describe.skip)('JSONTestSuite', () => {
  const VALID_LOSS = ['y_object_duplicated_key.json', 'y_object_duplicated_key_and_value.json'];

  it('is answered 400 where it is no JSON, and 200 where it is an object or list', async () => {
    const statuses = { y: 0, n: 0, i: 0 };
    for (const name of readdirSync(corpus)) {
      const bytes = readFileSync(resolve(corpus, name));
      const { status } = await post('standard', bytes);
      if (bytes.length === 0) expect(status).toBe(200);
      else if (name.startsWith('n_')) expect({ name, status }).toEqual({ name, status: 400 });
      else if (name.startsWith('y_') && /^\s*[[{]/.test(bytes.toString())) {
        expect({ name, status }).toEqual({ name, status: VALID_LOSS.includes(name) ? 400 : 200 });
      } else expect([200, 400]).toContain(status);
      statuses[name.charAt(0) as 'y']++;
    }
    expect(statuses).toEqual({ y: 95, n: 188, i: 35 });
  });
});
