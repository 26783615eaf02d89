import { Controller, Get, Header } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Public } from '../auth/auth.decorators';
import { DependencyUnavailable } from '../errors/http.errors';
import { ApiErrors } from '../openapi/api-errors';
import { HealthResponse } from './health.dto';
import { Readiness } from './readiness';

@ApiTags('health')
@Controller('health')
@Public()
export class HealthController {
  constructor(private readonly readiness: Readiness) {}

  /** Whether the process runs; says nothing about what it depends on. */
  @Get('live')
  @Header('Cache-Control', 'no-store')
  @ApiOperation({ operationId: 'live' })
  @ApiOkResponse({ description: 'The process runs.', type: HealthResponse })
  live(): HealthResponse {
    return { status: 'ok' };
  }

  /** Whether requests can be served now: 503 while the database does not answer or the process is stopping. */
  @Get('ready')
  @Header('Cache-Control', 'no-store')
  @ApiOperation({ operationId: 'ready' })
  @ApiOkResponse({ description: 'Requests can be served.', type: HealthResponse })
  @ApiErrors(new DependencyUnavailable('The database does not answer.'))
  async ready(): Promise<HealthResponse> {
    await this.readiness.check();
    return { status: 'ok' };
  }
}
