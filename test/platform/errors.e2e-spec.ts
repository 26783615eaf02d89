import { Body, Controller, Get, HttpCode, Module, Param, Post, Put, Type } from '@nestjs/common';
import { Public } from '../../src/platform/auth/auth.decorators';
import type { ApiFamily } from '../../src/platform/errors/api-family';
import { UseFamily } from '../../src/platform/errors/family.registry';
import { createDatabase } from '../support/engines';
import { RunningService, startService } from '../support/service';
import { FAILURES, SECRET } from './failures';

const PATHS = { receivables: '/api/v0/test', commerce: '/customers/test', campaign: '/api/v1/test' } as const;
type FamilyName = keyof typeof PATHS;
const FAMILIES = Object.entries(PATHS) as [FamilyName, string][];

/** A controller that throws each of the failures. */
function throwing(path: string): Type {
  @Public()
  @Controller(path)
  class ThrowingController {
    @Get('failure/:index')
    fail(@Param('index') index: string): never {
      throw FAILURES[Number(index)]!.make();
    }

    @Post('echo')
    @HttpCode(200)
    echo(@Body() body: unknown): unknown {
      return { body };
    }

    @Get('item/:id')
    read(@Param('id') id: string): unknown {
      return { id };
    }

    @Put('item/:id')
    write(@Param('id') id: string): unknown {
      return { id };
    }
  }
  return ThrowingController;
}

@Module({ controllers: Object.values(PATHS).map(throwing) })
class ThrowingModule {}

let service: RunningService;
beforeAll(async () => {
  service = await startService('sqlite', { extensions: [ThrowingModule] });
});
afterAll(() => service.stop());

/** What no answer may hold: foreign words, SQL, stacks, paths of this machine. */
const LEAK = new RegExp([SECRET, 'SELECT', '\\\\n +at ', 'node_modules', process.cwd(), '\\.[jt]s:'].join('|'));

/** Fails unless a body is an error as its family prints them. */
function expectFamily(family: FamilyName, body: any): void {
  const shape = Object.keys(body).sort();
  if (family === 'receivables') expect(shape).toEqual(['errorResponse', 'response_code', 'response_message']);
  if (family === 'commerce') {
    expect(shape).toEqual(['error']);
    expect(Object.keys(body.error)).toEqual(['code', 'messages', 'moreInfo', 'status', 'type']);
    expect(body.error.moreInfo).toBe(`${service.baseUrl}/errors/${body.error.code}`);
  }
  if (family === 'campaign') expect(body.success).toBe(false);
}

describe.each(FAMILIES)('over HTTP, the %s family', (family, path) => {
  it.each(FAILURES.map((failure, index) => [failure.name, index, failure] as const))(
    'answers %s',
    async (_, index, { status, errorType }) => {
      const answer = await service.anonymous.get(`${path}/failure/${index}`);
      expect(answer.status).toBe(status);
      expect(answer.headers['x-error-type']).toBe(errorType);
      expect(answer.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
      expect(answer.headers['retry-after']).toBe(status === 503 || status === 429 ? '5' : undefined);
      expect(answer.headers['www-authenticate']).toBe(status === 401 ? 'Bearer realm="rollbook"' : undefined);
      expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
      expect(answer.text).not.toMatch(LEAK);
      expect(JSON.stringify(answer.headers)).not.toMatch(LEAK);
      expectFamily(family, answer.body);
    },
  );

  const requests: [string, () => ReturnType<typeof service.anonymous.post>, number][] = [
    ['malformed JSON', () => json().send(`{"phone": "${SECRET}"`), 400],
    ['too large JSON', () => json().send(`{"phone": "${'x'.repeat(1024 * 1024)}"}`), 413],
    ['an unknown charset', () => json('application/json; charset=klingon').send('{}'), 415],
    ['a gzip body', () => json().set('Content-Encoding', 'gzip').send('{}'), 415],
    ['a malformed %-escape in the path', () => service.anonymous.get(`${path}/item/%zz`), 400],
    ['a malformed %-escape where no route is', () => service.anonymous.get(`${path}/nothing/here/%E0%A4%A`), 404],
    ['a method the route does not take', () => service.anonymous.delete(`${path}/item/1`), 405],
    ['a route that is not there', () => service.anonymous.get(`${path}/nothing/here`), 404],
  ];
  const json = (type = 'application/json') => service.anonymous.post(`${path}/echo`).set('Content-Type', type);

  it.each(requests)('answers %s in its own words, under the request id', async (_, send, status) => {
    const answer = await send().set('X-Request-Id', 'client:id_1.2-3');
    expect(answer.status).toBe(status);
    expect(answer.headers['x-request-id']).toBe('client:id_1.2-3');
    expect(answer.headers['x-error-type']).toBe(status === 404 ? 'RECORD_NOT_FOUND' : 'CLIENT_REQUEST_ERROR');
    expect(answer.headers['allow']).toBe(status === 405 ? 'GET, PUT' : undefined);
    expect(answer.text).not.toMatch(LEAK);
    expectFamily(family, answer.body);
    if (family === 'receivables') expect(answer.body.errorResponse.requestId).toBe('client:id_1.2-3');
  });

  it('speaks its own words in whatever case the path is written, and says what is wrong with it', async () => {
    const { body, text } = await service.anonymous.get(`${path.toUpperCase()}/item/%zz`).expect(400);
    expectFamily(family, body);
    expect(text).toContain('The path holds a malformed %-escape');
  });
});

describe('the X-Request-Id', () => {
  const idFor = async (id: string) => {
    const { headers } = await service.anonymous.get('/health/live').set('X-Request-Id', id).expect(200);
    return String(headers['x-request-id']);
  };

  it.each(['a', 'A-Za_z0.9:x', 'x'.repeat(128)])('of the caller is kept: %s', async (id) => {
    expect(await idFor(id)).toBe(id);
  });

  it.each(['', 'x'.repeat(129), 'a b', 'a/b', '<script>', 'a;b', 'é'])(
    'is replaced when it is no id: "%s"',
    async (id) => {
      expect(await idFor(id)).toMatch(/^[0-9a-f-]{36}$/);
    },
  );

  it('is on every answer, documentation included', async () => {
    for (const path of ['/health/ready', '/docs/', '/docs-json', '/', '/api/v0/customer']) {
      const { headers } = await service.anonymous.get(path).set('X-Request-Id', 'mine');
      expect({ path, id: headers['x-request-id'] }).toEqual({ path, id: 'mine' });
    }
  });
});

describe('a URL that belongs to no family', () => {
  it.each(['/', '/nowhere', '/api', '/api/v2/x', '/api/v10', '/customersx/1', '/API/V0'])(
    'speaks receivables: %s',
    async (path) => {
      const answer = await service.anonymous.get(path).expect(404);
      expect(answer.headers['x-error-type']).toBe('RECORD_NOT_FOUND');
      expectFamily('receivables', answer.body);
    },
  );
});

describe('two families that claim one prefix', () => {
  const rival: ApiFamily = { name: 'rival', prefixes: ['/api/v1'], render: () => ({ status: 500, body: {} }) };

  @Public()
  @UseFamily(rival)
  @Controller('api/v1/rival')
  class RivalController {}

  @Module({ controllers: [RivalController] })
  class RivalModule {}

  it('keep the service from starting, and the message names both', async () => {
    const database = await createDatabase('sqlite');
    await expect(startService('sqlite', { database, extensions: [RivalModule] })).rejects.toThrow(
      'API families campaign and rival both claim /api/v1',
    );
    await database.remove();
  });
});

describe('a family that an extension brings', () => {
  const own: ApiFamily = {
    name: 'own',
    prefixes: ['/api/v1/own'],
    render: ({ status, errorType }) => {
      if (errorType === 'RECORD_NOT_FOUND') return { status, body: { own: errorType } };
      throw new Error(SECRET);
    },
  };

  @Public()
  @UseFamily(own)
  @Controller('api/v1/own')
  class OwnController {
    @Get('broken')
    fail(): never {
      throw new Error('anything');
    }
  }

  @Module({ controllers: [OwnController] })
  class OwnModule {}

  it('words the errors below its prefix, the longest prefix winning', async () => {
    const extended = await startService('sqlite', { extensions: [OwnModule] });
    const answer = await extended.anonymous.get('/api/v1/own/nothing').expect(404);
    expect(answer.body).toEqual({ own: 'RECORD_NOT_FOUND' });
    await extended.stop();
  });

  it('is replaced by a fixed answer when its wording fails', async () => {
    const extended = await startService('sqlite', { extensions: [OwnModule] });
    const answer = await extended.anonymous.get('/api/v1/own/broken').expect(500);
    expect(answer.body).toEqual({ error: 'An unexpected error occurred' });
    expect(answer.headers['x-error-type']).toBe('UNKNOWN_ERROR');
    await extended.stop();
  });
});
