import { Controller, Get, Param, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { Public } from '../platform/auth/auth.decorators';
import { AppConfig } from '../platform/config/app-config';
import { defineError } from '../platform/errors/app-error';
import { unreadablePath } from '../platform/errors/to-app-error';
import { withoutSlashAtEnd } from '../platform/http/base-url';
import { ApiErrors } from '../platform/openapi/api-errors';
import {
  ApiPage,
  CommerceErrorList,
  CommerceErrorPage,
  ERROR_NUMBERS,
  toCommerceErrorList,
  toCommerceErrorPage,
} from './commerce-errors.openapi';
import { errorListPage, errorPage, PageLinks } from './commerce-errors.page';
import { commerceCodeOfPage } from './commerce.codes';

/** No error has the number of the URL. */
class ErrorNumberUnknown extends defineError('ERROR_NUMBER_UNKNOWN', 'RECORD_NOT_FOUND') {}

function errorNumberUnknown(): ErrorNumberUnknown {
  return new ErrorNumberUnknown('There is no error with this number; see /errors for the list of all.');
}

/** The pages `moreInfo` of a commerce error points at; in production too, and without a token. */
@ApiTags('errors')
@Controller('errors')
@Public()
export class CommerceErrorsController {
  private readonly links: PageLinks;

  constructor(config: AppConfig) {
    const path = config.publicUrl === undefined ? '' : new URL(config.publicUrl).pathname;
    this.links = { root: withoutSlashAtEnd(path), hasDocs: !config.isProduction };
  }

  /** Lists the errors of the commerce API. */
  @Get()
  @ApiOperation({ operationId: 'listErrors' })
  @ApiPage('All errors: a page, or JSON where `Accept` prefers it.', CommerceErrorList)
  list(@Req() request: Request, @Res({ passthrough: true }) response: Response): CommerceErrorList | string {
    return this.answer(request, response, toCommerceErrorList, () => errorListPage(this.links));
  }

  /** Explains an error of the commerce API: what it means and what to do. */
  @Get(':code')
  @ApiOperation({ operationId: 'explainError' })
  @ApiParam({
    name: 'code',
    description: 'Number of the error, as in `error.code`.',
    schema: { type: 'integer', format: 'int32', enum: [...ERROR_NUMBERS], example: 10007 },
  })
  @ApiPage('The explanation: a page, or JSON where `Accept` prefers it.', CommerceErrorPage)
  @ApiErrors(unreadablePath(), errorNumberUnknown())
  explain(
    @Param('code') number: string,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): CommerceErrorPage | string {
    const code = commerceCodeOfPage(number);
    if (code === null) throw errorNumberUnknown();
    return this.answer(
      request,
      response,
      () => toCommerceErrorPage(code),
      () => errorPage(code, this.links),
    );
  }

  /** JSON where the caller prefers it, and otherwise the page; nothing here changes but with a new version. */
  private answer<T>(request: Request, response: Response, toJson: () => T, toHtml: () => string): T | string {
    response.vary('Accept').setHeader('Cache-Control', 'public, max-age=3600');
    if (request.accepts(['html', 'json']) === 'json') return toJson();
    response.type('html');
    return toHtml();
  }
}
