import { Get, HttpCode, Param, Post, Query, Req, Res, StreamableFile } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { ReceivablesController } from '../../families/receivables.decorators';
import { CurrentCaller, RequireToken } from '../../platform/auth/auth.decorators';
import { Caller, requireScope } from '../../platform/auth/caller';
import { attachmentHeader } from '../../platform/http/attachment';
import { AppliesAsJob } from '../../platform/idempotency/applies-as-job.decorator';
import { BulkUpdateQuery } from '../dto/bulk-query.dto';
import { ImportTargetParam, ImportTemplateQuery } from '../dto/import.dto';
import { ImporterRegistry, RoutedImporter } from '../engine/importer.registry';
import { TemplateFiles } from '../files/template-files';
import { FormatRegistry } from '../formats/format.registry';
import { ApiImport, ApiImportTemplate, unknownFormat } from '../import.openapi';
import { contentType } from './bulk-job.controller';
import { FileCall } from './file-call';

/** Files for every importer that declares a route; `listImporters` documents each under its own path. */
@ApiTags('receivables: other files in bulk')
@ReceivablesController('api/v0/bulk')
export class ImportController {
  constructor(
    private readonly importers: ImporterRegistry,
    private readonly files: FileCall,
    private readonly templates: TemplateFiles,
    private readonly formats: FormatRegistry,
  ) {}

  /** Imports a file. */
  @Post(':area.:name')
  @HttpCode(200)
  @RequireToken()
  @AppliesAsJob(true)
  @ApiImport()
  async upload(
    @CurrentCaller() caller: Caller,
    @Param() param: ImportTargetParam,
    @Query() query: BulkUpdateQuery,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<object> {
    const { target } = this.open(caller, param);
    return this.files.run(target, query.parentCompanyId, query, { caller, request, response });
  }

  /** Downloads an empty file: header row, one example row and, in a workbook, a sheet of notes. */
  @Get(':area.:name/template')
  @RequireToken()
  @ApiImportTemplate()
  async template(
    @CurrentCaller() caller: Caller,
    @Param() param: ImportTargetParam,
    @Query() { format }: ImportTemplateQuery,
    @Res({ passthrough: true }) response: Response,
  ): Promise<StreamableFile> {
    const { target } = this.open(caller, param);
    if (this.formats.find(format) === null) throw unknownFormat(format, this.formats.names());
    const name = `${target.replace('.', '-')}.${format}`;
    response.setHeader('Content-Disposition', attachmentHeader(name));
    return new StreamableFile(await this.templates.make(target, format), { type: contentType(name) });
  }

  /** The importer a request names, if its caller may use it. @throws ImporterNotFound, Forbidden */
  private open(caller: Caller, { area, name }: ImportTargetParam): RoutedImporter {
    const routed = this.importers.getRouted(`${area}.${name}`);
    requireScope(caller, routed.scope);
    return routed;
  }
}
