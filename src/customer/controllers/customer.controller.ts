import { Body, Delete, Get, HttpCode, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ReceivablesController } from '../../families/receivables.decorators';
import { ApiReceivablesSuccess } from '../../families/receivables.openapi';
import { CurrentCaller, RequireScope } from '../../platform/auth/auth.decorators';
import type { Caller } from '../../platform/auth/caller';
import { CompanyAccess } from '../../platform/companies/company-access';
import { companyNotAccessible } from '../../platform/companies/company.errors';
import { Page, toPage } from '../../platform/http/cursor';
import { ApiErrors, invalidField } from '../../platform/openapi/api-errors';
import { CustomFieldRegistry } from '../custom/custom-field.registry';
import { CustomerStatusService } from '../customer-status.service';
import {
  ApiCustomerErrors,
  CREATE_EXAMPLE,
  CUSTOMER_EXAMPLE,
  invalidPinCode,
  SEARCH_EXAMPLE,
  UPDATE_EXAMPLE,
  UPDATED_EXAMPLE,
} from '../customer.openapi';
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
    private readonly customFields: CustomFieldRegistry,
  ) {}

  /** Creates a customer. */
  @Post()
  @HttpCode(200)
  @RequireScope('customers:write')
  @ApiOperation({ operationId: 'createCustomer' })
  @ApiBody({
    type: CreateCustomerRequest,
    examples: {
      full: { summary: 'All fields', value: CREATE_EXAMPLE },
      least: { summary: 'Only what is required', value: { legalName: 'Xylo Traders Private Limited' } },
    },
  })
  @ApiReceivablesSuccess(CustomerResponse, {
    description: 'The customer as stored. This API answers 200, not 201.',
    payloads: { 'The new customer': CUSTOMER_EXAMPLE },
  })
  @ApiErrors(invalidPinCode('CreateCustomerRequest'), companyNotAccessible())
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
  @ApiOperation({ operationId: 'searchCustomers' })
  @ApiBody({
    type: SearchCustomersRequest,
    examples: {
      byName: { summary: 'Active customers whose name begins so', value: SEARCH_EXAMPLE },
      byNumber: { summary: 'The customer of a reference number', value: { uniqueRefNo: 'CUST-00042' } },
      all: { summary: 'All customers', value: {} },
    },
  })
  @ApiReceivablesSuccess(
    { pageOf: CustomerResponse },
    {
      description: 'One page of customers.',
      payloads: {
        'A page that is not the last': { items: [CUSTOMER_EXAMPLE], nextCursor: 'YWZ0ZXI6NDI' },
        'Nothing found': { items: [], nextCursor: null },
      },
    },
  )
  @ApiErrors(invalidField('SearchQuery', 'limit', 51, 'limit must not be greater than 50'), companyNotAccessible())
  async search(
    @CurrentCaller() caller: Caller,
    @Query() query: SearchQuery,
    @Body() request: SearchCustomersRequest,
  ): Promise<Page<CustomerResponse>> {
    const company = await this.companies.resolve(caller, query.parentCompanyId);
    const search = toCustomerSearch(request, query, this.customFields.patchOf(request));
    const found = await this.customers.search(company, search);
    return toPage(found, query.limit, ({ customer }) => customer.id, toCustomerResponse);
  }

  /** Reads a customer. */
  @Get(':customerId')
  @RequireScope('customers:read')
  @ApiOperation({ operationId: 'getCustomer' })
  @ApiReceivablesSuccess(CustomerResponse, {
    description: 'The customer.',
    payloads: { 'A customer': CUSTOMER_EXAMPLE },
  })
  @ApiCustomerErrors()
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
  @ApiOperation({ operationId: 'updateCustomer' })
  @ApiBody({
    type: UpdateCustomerRequest,
    examples: { change: { summary: 'Changes the credit limit and clears the agent', value: UPDATE_EXAMPLE } },
  })
  @ApiReceivablesSuccess(CustomerResponse, {
    description: 'The customer as stored.',
    payloads: { 'The changed customer': UPDATED_EXAMPLE },
  })
  @ApiCustomerErrors(invalidPinCode('UpdateCustomerRequest'))
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
  @ApiOperation({ operationId: 'deleteCustomer' })
  @ApiReceivablesSuccess('text', {
    description: 'Id of the deleted customer.',
    payloads: { 'The customer is deleted': CUSTOMER_EXAMPLE.customerId },
  })
  @ApiCustomerErrors()
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
