import { Get, Param, Put, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ReceivablesController } from '../../families/receivables.decorators';
import { ApiReceivablesErrors, ApiReceivablesSuccess } from '../../families/receivables.openapi';
import { CurrentCaller, RequireScope } from '../../platform/auth/auth.decorators';
import type { Caller } from '../../platform/auth/caller';
import { CompanyAccess } from '../../platform/companies/company-access';
import { decodeCursor, Page } from '../../platform/http/cursor';
import { CustomerHistoryService } from '../customer-history.service';
import { CustomerStatusService } from '../customer-status.service';
import type { CustomerStatus } from '../customer.entity';
import { HistoryItemResponse } from '../dto/customer-history.dto';
import { CompanyQuery, CustomerIdParam, PageQuery } from '../dto/customer-query.dto';

@ApiTags('receivables: customers')
@ReceivablesController('api/v0/customer')
export class CustomerStatusController {
  constructor(
    private readonly companies: CompanyAccess,
    private readonly statuses: CustomerStatusService,
    private readonly history: CustomerHistoryService,
  ) {}

  /** Activates a customer; one that is active already stays as it is. */
  @Put('activate/:customerId')
  @RequireScope('customers:write')
  @ApiReceivablesSuccess('text', 'Id of the customer.')
  @ApiReceivablesErrors(404)
  activate(
    @CurrentCaller() caller: Caller,
    @Param() param: CustomerIdParam,
    @Query() query: CompanyQuery,
  ): Promise<string> {
    return this.setStatus(caller, param, query, 'ACTIVE');
  }

  /** Deactivates a customer; one that is inactive already stays as it is. */
  @Put('deactivate/:customerId')
  @RequireScope('customers:write')
  @ApiReceivablesSuccess('text', 'Id of the customer.')
  @ApiReceivablesErrors(404)
  deactivate(
    @CurrentCaller() caller: Caller,
    @Param() param: CustomerIdParam,
    @Query() query: CompanyQuery,
  ): Promise<string> {
    return this.setStatus(caller, param, query, 'INACTIVE');
  }

  /** Who changed which field of a customer, newest first. */
  @Get(':customerId/history')
  @RequireScope('customers:read')
  @ApiReceivablesSuccess({ pageOf: HistoryItemResponse }, 'One page of changes.')
  @ApiReceivablesErrors(404)
  async listHistory(
    @CurrentCaller() caller: Caller,
    @Param() { customerId }: CustomerIdParam,
    @Query() query: PageQuery,
  ): Promise<Page<HistoryItemResponse>> {
    const company = await this.companies.resolve(caller, query.parentCompanyId);
    return this.history.list(company, customerId, query.limit, decodeCursor(query.cursor));
  }

  private async setStatus(
    caller: Caller,
    { customerId }: CustomerIdParam,
    query: CompanyQuery,
    status: CustomerStatus,
  ): Promise<string> {
    const company = await this.companies.resolve(caller, query.parentCompanyId);
    await this.statuses.setStatus(caller, company, customerId, status);
    return customerId;
  }
}
