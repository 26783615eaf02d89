import { Body, Controller, HttpCode, Post, Query, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { commerceFamily } from '../../families/commerce.family';
import { CurrentCaller, RequireScope } from '../../platform/auth/auth.decorators';
import type { Caller } from '../../platform/auth/caller';
import { UseFamily } from '../../platform/errors/family.registry';
import { ApiCommerceBulk, BULK_RULES } from '../commerce/commerce-bulk.openapi';
import { CommerceBulkService, CommerceRun } from '../commerce/commerce-bulk.service';
import { JsonBody } from '../../platform/http/json-body.decorator';
import { JsonBulkQuery } from '../dto/bulk-options.dto';
import type { BulkAnswer } from '../dto/commerce-answer.dto';
import { PreferredWait } from '../jobs/prefer-wait';
import { announceJob } from './job-announcement';

@ApiTags('commerce: customers in bulk')
@UseFamily(commerceFamily)
@Controller('customers/bulk')
export class CommerceBulkController {
  constructor(private readonly customers: CommerceBulkService) {}

  /** Creates or changes up to 10,000 customers, found by source, source id and language. */
  @Post('sourceId')
  @HttpCode(200)
  @RequireScope('customers:write')
  @JsonBody({ limit: 'bulk' })
  @ApiOperation({
    operationId: 'upsertCustomersBySourceId',
    description: BULK_RULES.sourceId,
  })
  @ApiCommerceBulk('sourceId')
  async upsertBySourceId(
    @CurrentCaller() caller: Caller,
    @Body() body: unknown,
    @Query() query: JsonBulkQuery,
    @PreferredWait() waitMs: number | null,
    @Res({ passthrough: true }) response: Response,
  ): Promise<BulkAnswer> {
    return answer(await this.customers.upsertBySourceId(caller, body, { query, waitMs }), response);
  }

  /** Changes up to 10,000 customers, found by their numeric id. */
  @Post('id')
  @HttpCode(200)
  @RequireScope('customers:write')
  @JsonBody({ limit: 'bulk' })
  @ApiOperation({
    operationId: 'updateCustomersById',
    description: BULK_RULES.id,
  })
  @ApiCommerceBulk('id')
  async updateById(
    @CurrentCaller() caller: Caller,
    @Body() body: unknown,
    @Query() query: JsonBulkQuery,
    @PreferredWait() waitMs: number | null,
    @Res({ passthrough: true }) response: Response,
  ): Promise<BulkAnswer> {
    return answer(await this.customers.updateById(caller, body, { query, waitMs }), response);
  }
}

function answer(run: CommerceRun, response: Response): BulkAnswer {
  announceJob(response, run);
  return run.answer;
}
