import { Get, HttpCode, Post, Query, Req, Res, StreamableFile } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiProduces, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { ReceivablesController } from '../../families/receivables.decorators';
import { ApiReceivablesErrors, ApiReceivablesSuccess } from '../../families/receivables.openapi';
import { CurrentCaller, RequireScope } from '../../platform/auth/auth.decorators';
import type { Caller } from '../../platform/auth/caller';
import { CompanyAccess } from '../../platform/companies/company-access';
import { attachmentHeader } from '../../platform/http/attachment';
import { baseUrlOf } from '../../platform/http/base-url';
import { CUSTOMER_CREATE, CUSTOMER_UPDATE } from '../customers/customer.importers';
import { CustomerFileService } from '../customers/customer-file.service';
import { BulkCreateQuery, BulkOptionsQuery, BulkUpdateQuery, TemplateQuery } from '../dto/bulk-query.dto';
import { BulkResponse } from '../dto/bulk-response.dto';
import { TemplateFiles } from '../files/template-files';
import { UploadReceiver } from '../files/upload.receiver';
import { contentType } from './bulk-job.controller';

/** One request and its answer under way. */
interface Exchange {
  readonly caller: Caller;
  readonly request: Request;
  readonly response: Response;
}

/** The form of a bulk call, for the documentation. */
const FORM = {
  schema: {
    type: 'object',
    required: ['file'],
    properties: {
      file: {
        type: 'string',
        format: 'binary',
        description: 'Customers as .csv, .xlsx (sheets Customers and, optionally, Contacts) or .ndjson',
      },
      contacts: { type: 'string', format: 'binary', description: 'Contacts, where the format has one table per file' },
    },
  },
};

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
  @ApiConsumes('multipart/form-data')
  @ApiBody(FORM)
  @ApiReceivablesSuccess(BulkResponse, 'What became of the rows.')
  @ApiReceivablesErrors(413, 415, 422)
  async create(
    @CurrentCaller() caller: Caller,
    @Query() query: BulkCreateQuery,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<object> {
    return this.importFile(CUSTOMER_CREATE, query.companyId, query, { caller, request, response });
  }

  /** Changes customers from a file: empty cells leave a value, `#CLEAR` clears it. */
  @Post('update')
  @HttpCode(200)
  @RequireScope('customers:write')
  @ApiConsumes('multipart/form-data')
  @ApiBody(FORM)
  @ApiReceivablesSuccess(BulkResponse, 'What became of the rows.')
  @ApiReceivablesErrors(413, 415, 422)
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
  @ApiProduces('text/csv', 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet')
  @ApiReceivablesErrors()
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
    const { jobId, payload } = await this.files.importFile(
      { companyRef: company.ref, createdBy: caller.subject, target, upload, options: { duplicates: query.duplicates } },
      baseUrlOf(request),
    );
    response.setHeader('X-Job-Id', jobId);
    return payload;
  }
}
