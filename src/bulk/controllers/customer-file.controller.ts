import { Get, HttpCode, Post, Query, Req, Res, StreamableFile } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { ReceivablesController } from '../../families/receivables.decorators';
import { CurrentCaller, RequireScope } from '../../platform/auth/auth.decorators';
import type { Caller } from '../../platform/auth/caller';
import { attachmentHeader } from '../../platform/http/attachment';
import { AppliesAsJob } from '../../platform/idempotency/applies-as-job.decorator';
import { ApiErrors, invalidField } from '../../platform/openapi/api-errors';
import { ApiCustomerFile, ApiFileAnswer, TEMPLATE_CSV } from '../bulk.openapi';
import { CUSTOMER_CREATE, CUSTOMER_UPDATE } from '../customers/customer.importers';
import { BulkCreateQuery, BulkUpdateQuery, TemplateQuery } from '../dto/bulk-query.dto';
import { TemplateFiles } from '../files/template-files';
import { contentType } from './bulk-job.controller';
import { FileCall } from './file-call';

@ApiTags('receivables: customers in bulk')
@ReceivablesController('api/v0/customer/bulk')
export class CustomerFileController {
  constructor(
    private readonly files: FileCall,
    private readonly templates: TemplateFiles,
  ) {}

  /** Creates customers from a file. */
  @Post()
  @HttpCode(200)
  @RequireScope('customers:write')
  @AppliesAsJob(true)
  @ApiOperation({ operationId: 'bulkCreate' })
  @ApiCustomerFile('create')
  async create(
    @CurrentCaller() caller: Caller,
    @Query() query: BulkCreateQuery,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<object> {
    return this.files.run(CUSTOMER_CREATE, query.companyId, query, { caller, request, response });
  }

  /** Changes customers from a file: empty cells leave a value, #CLEAR clears it. */
  @Post('update')
  @HttpCode(200)
  @RequireScope('customers:write')
  @AppliesAsJob(true)
  @ApiOperation({ operationId: 'bulkUpdate' })
  @ApiCustomerFile('update')
  async update(
    @CurrentCaller() caller: Caller,
    @Query() query: BulkUpdateQuery,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<object> {
    return this.files.run(CUSTOMER_UPDATE, query.parentCompanyId, query, { caller, request, response });
  }

  /** Downloads an empty file: header row, one example row and, in a workbook, a sheet of notes. */
  @Get('template')
  @RequireScope('customers:read')
  @ApiOperation({ operationId: 'bulkTemplate' })
  @ApiFileAnswer('The file.', { csv: TEMPLATE_CSV, xlsx: null })
  @ApiErrors(invalidField('TemplateQuery', 'format', 'pdf', 'format must be one of the following values: csv, xlsx'))
  async template(
    @Query() query: TemplateQuery,
    @Res({ passthrough: true }) response: Response,
  ): Promise<StreamableFile> {
    const name = `customers-${query.for}.${query.format}`;
    const target = query.for === 'create' ? CUSTOMER_CREATE : CUSTOMER_UPDATE;
    response.setHeader('Content-Disposition', attachmentHeader(name));
    return new StreamableFile(await this.templates.make(target, query.format), { type: contentType(name) });
  }
}
