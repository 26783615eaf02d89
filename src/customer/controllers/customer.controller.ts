import { Body, Delete, Get, HttpCode, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ReceivablesController } from '../../families/receivables.decorators';
import { ApiReceivablesErrors, ApiReceivablesSuccess } from '../../families/receivables.openapi';
import { CurrentCaller, RequireScope } from '../../platform/auth/auth.decorators';
import type { Caller } from '../../platform/auth/caller';
import { CompanyAccess } from '../../platform/companies/company-access';
import { Page, toPage } from '../../platform/http/cursor';
import { CustomerStatusService } from '../customer-status.service';
import { CustomerService } from '../customer.service';
import {
  CompanyQuery,
  CustomerIdParam,
  SearchCustomersRequest,
  SearchQuery,
  toCustomerSearch,
} from '../dto/customer-query.dto';
import {
  CreateCustomerRequest,
  CustomerResponse,
  toCustomerResponse,
  UpdateCustomerRequest,
} from '../dto/customer.dto';

@ApiTags('receivables: customers')
@ReceivablesController('api/v0/customer')
export class CustomerController {
  constructor(
    private readonly companies: CompanyAccess,
    private readonly customers: CustomerService,
    private readonly statuses: CustomerStatusService,
  ) {}

  /** Creates a customer. */
  @Post()
  @HttpCode(200)
  @RequireScope('customers:write')
  @ApiReceivablesSuccess(CustomerResponse, 'The customer as stored.')
  @ApiReceivablesErrors()
  async create(
    @CurrentCaller() caller: Caller,
    @Query() query: CompanyQuery,
    @Body() request: CreateCustomerRequest,
  ): Promise<CustomerResponse> {
    const company = await this.companies.resolve(caller, query.parentCompanyId);
    return toCustomerResponse(await this.customers.create(caller, company, request));
  }

  /** Finds customers, page by page. */
  @Post('search')
  @HttpCode(200)
  @RequireScope('customers:read')
  @ApiReceivablesSuccess({ pageOf: CustomerResponse }, 'One page of customers.')
  @ApiReceivablesErrors()
  async search(
    @CurrentCaller() caller: Caller,
    @Query() query: SearchQuery,
    @Body() request: SearchCustomersRequest,
  ): Promise<Page<CustomerResponse>> {
    const company = await this.companies.resolve(caller, query.parentCompanyId);
    const found = await this.customers.search(company, toCustomerSearch(request, query));
    return toPage(found, query.limit, ({ customer }) => customer.id, toCustomerResponse);
  }

  /** Reads a customer. */
  @Get(':customerId')
  @RequireScope('customers:read')
  @ApiReceivablesSuccess(CustomerResponse, 'The customer.')
  @ApiReceivablesErrors(404)
  async get(
    @CurrentCaller() caller: Caller,
    @Param() { customerId }: CustomerIdParam,
    @Query() query: CompanyQuery,
  ): Promise<CustomerResponse> {
    const company = await this.companies.resolve(caller, query.parentCompanyId);
    return toCustomerResponse(await this.customers.get(company, customerId));
  }

  /** Changes a customer: absent members keep their value, null clears. */
  @Patch(':customerId')
  @RequireScope('customers:write')
  @ApiReceivablesSuccess(CustomerResponse, 'The customer as stored.')
  @ApiReceivablesErrors(404)
  async update(
    @CurrentCaller() caller: Caller,
    @Param() { customerId }: CustomerIdParam,
    @Query() query: CompanyQuery,
    @Body() request: UpdateCustomerRequest,
  ): Promise<CustomerResponse> {
    const company = await this.companies.resolve(caller, query.parentCompanyId);
    return toCustomerResponse(await this.customers.update(caller, company, customerId, request));
  }

  /** Deletes a customer softly. */
  @Delete(':customerId')
  @RequireScope('customers:write')
  @ApiReceivablesSuccess('text', 'Id of the deleted customer.')
  @ApiReceivablesErrors(404)
  async delete(
    @CurrentCaller() caller: Caller,
    @Param() { customerId }: CustomerIdParam,
    @Query() query: CompanyQuery,
  ): Promise<string> {
    const company = await this.companies.resolve(caller, query.parentCompanyId);
    await this.statuses.delete(caller, company, customerId);
    return customerId;
  }
}
