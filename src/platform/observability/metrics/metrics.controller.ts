import { Controller, Get, Header, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import { Public } from '../../auth/auth.decorators';
import { tokenRequired } from '../../auth/auth.errors';
import { ApiErrors } from '../../openapi/api-errors';
import { Metrics } from './metrics';
import { metricsAreOff, MetricsGuard } from './metrics.guard';

const TEXT_FORMAT = 'text/plain; version=0.0.4; charset=utf-8';

@ApiTags('health')
@Controller('metrics')
// Tokens of companies open nothing here: the figures are those of the service as a whole.
@Public()
@UseGuards(MetricsGuard)
export class MetricsController {
  constructor(private readonly metrics: Metrics) {}

  /** Figures of this process for Prometheus: rows, jobs, requests, memory. Needs the token of METRICS_TOKEN. */
  @Get()
  @Header('Cache-Control', 'no-store')
  @Header('Content-Type', TEXT_FORMAT)
  @ApiOperation({ operationId: 'metrics' })
  @ApiBearerAuth('metrics')
  @ApiProduces('text/plain')
  @ApiOkResponse({
    description: 'The figures in the text format of Prometheus.',
    schema: { type: 'string' },
    example: 'rollbook_jobs{state="queued"} 0\nrollbook_jobs{state="running"} 1\n',
  })
  @ApiErrors(tokenRequired(), metricsAreOff())
  read(): Promise<string> {
    return this.metrics.text();
  }
}
