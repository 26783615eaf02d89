import { Get, Param, Put, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { ReceivablesController } from '../../families/receivables.decorators';
import { ApiReceivablesSuccess } from '../../families/receivables.openapi';
import { CurrentCaller, RequireScope } from '../../platform/auth/auth.decorators';
import type { Caller } from '../../platform/auth/caller';
import { CompanyAccess } from '../../platform/companies/company-access';
import { decodeCursor, Page } from '../../platform/http/cursor';
import { CustomerHistoryService } from '../customer-history.service';
import { CustomerStatusService } from '../customer-status.service';
import type { CustomerStatus } from '../customer-record.entity';
import { customerChanged } from '../customer.errors';
import { ApiCustomerErrors, CUSTOMER_EXAMPLE, HISTORY_EXAMPLE } from '../customer.openapi';
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
  @ApiOperation({ operationId: 'activateCustomer' })
  @ApiReceivablesSuccess('text', {
    description: 'Id of the customer.',
    payloads: { 'The customer is active': CUSTOMER_EXAMPLE.customerId },
  })
  @ApiCustomerErrors(customerChanged())
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
  @ApiOperation({ operationId: 'deactivateCustomer' })
  @ApiReceivablesSuccess('text', {
    description: 'Id of the customer.',
    payloads: { 'The customer is inactive': CUSTOMER_EXAMPLE.customerId },
  })
  @ApiCustomerErrors(customerChanged())
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
  @ApiOperation({ operationId: 'listCustomerHistory' })
  @ApiReceivablesSuccess(
    { pageOf: HistoryItemResponse },
    {
      description: 'One page of changes.',
      payloads: { 'A change by a file, one by a request': { items: HISTORY_EXAMPLE, nextCursor: null } },
    },
  )
  @ApiCustomerErrors()
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
