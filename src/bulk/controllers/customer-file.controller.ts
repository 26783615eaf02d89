import { Get, HttpCode, Post, Query, Req, Res, StreamableFile } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { ReceivablesController } from '../../families/receivables.decorators';
import { CurrentCaller, RequireScope } from '../../platform/auth/auth.decorators';
import type { Caller } from '../../platform/auth/caller';
import { CompanyAccess } from '../../platform/companies/company-access';
import { attachmentHeader } from '../../platform/http/attachment';
import { baseUrlOf } from '../../platform/http/base-url';
import { AppliesAsJob } from '../../platform/idempotency/applies-as-job.decorator';
import { ApiErrors, invalidField } from '../../platform/openapi/api-errors';
import { ApiCustomerFile, ApiFileAnswer, TEMPLATE_CSV } from '../bulk.openapi';
import { CUSTOMER_CREATE, CUSTOMER_UPDATE } from '../customers/customer.importers';
import { CustomerFileService } from '../customers/customer-file.service';
import { BulkOptionsQuery, toJobOptions } from '../dto/bulk-options.dto';
import { BulkCreateQuery, BulkUpdateQuery, TemplateQuery } from '../dto/bulk-query.dto';
import { TemplateFiles } from '../files/template-files';
import { UploadReceiver } from '../files/upload.receiver';
import { preferredWaitOf } from '../jobs/prefer-wait';
import { contentType } from './bulk-job.controller';
import { announceJob } from './job-announcement';

/** One request and its answer under way. */
interface Exchange {
  readonly caller: Caller;
  readonly request: Request;
  readonly response: Response;
}

@ApiTags('receivables: customers in bulk')
@ReceivablesController('api/v0/customer/bulk')
export class CustomerFileController {
  constructor(
    private readonly companies: CompanyAccess,
    private readonly uploads: UploadReceiver,
    private readonly files: CustomerFileService,
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
    return this.importFile(CUSTOMER_CREATE, query.companyId, query, { caller, request, response });
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
    return this.importFile(CUSTOMER_UPDATE, query.parentCompanyId, query, { caller, request, response });
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

  private async importFile(
    target: string,
    companyId: string | undefined,
    query: BulkOptionsQuery,
    { caller, request, response }: Exchange,
  ): Promise<object> {
    const company = await this.companies.resolve(caller, companyId);
    const upload = await this.uploads.receive(request, response);
    const baseUrl = baseUrlOf(request);
    const run = await this.files.importFile(
      { companyRef: company.ref, createdBy: caller.subject, target, ...toJobOptions(query) },
      upload,
      { baseUrl, waitMs: preferredWaitOf(request) },
    );
    announceJob(response, run);
    return run.payload;
  }
}
