import { Body, Controller, Get, HttpCode, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { CommerceAnswer, commerceAnswer } from '../../families/commerce.answer';
import { commerceFamily } from '../../families/commerce.family';
import { ApiCommerceSuccess } from '../../families/commerce.openapi';
import { CurrentCaller, RequireScope } from '../../platform/auth/auth.decorators';
import { scopeMissing } from '../../platform/auth/auth.errors';
import type { Caller } from '../../platform/auth/caller';
import { UseFamily } from '../../platform/errors/family.registry';
import { ApiErrors } from '../../platform/openapi/api-errors';
import { CommerceCustomerRequest } from '../commerce/commerce-customer.dto';
import { CommerceCustomerResponse } from '../commerce/commerce-customer-response.dto';
import { CommerceCustomerService } from '../commerce/commerce-customer.service';
import { CustomerKey, toItemParts } from '../commerce/commerce-item';
import { CommerceSearchRequest } from '../commerce/commerce-search.dto';
import {
  ApiCommerceBody,
  ApiLookupErrors,
  CREATE_BODIES,
  CREATE_ERRORS,
  CUSTOMER_ANSWER,
  PAGE_MEMBERS,
  SEARCH_BODIES,
  SEARCH_ERRORS,
  UPDATE_BODIES,
  UPDATE_ERRORS,
  UPDATED_ANSWER,
} from '../commerce/commerce.openapi';
import { schemaOf } from '../commerce/commerce.schema';
import { LookupParams, LookupQuery, toCustomerKey } from '../commerce/lookup.dto';

const checkCustomer = schemaOf(CommerceCustomerRequest);
const checkSearch = schemaOf(CommerceSearchRequest);

const MESSAGES = {
  created: 'Customer created',
  updated: 'Customer updated',
  unchanged: 'Customer unchanged',
};

/** Identity a new customer asks for; null when it comes without one. */
function newKey({ source, sourceId, language }: CommerceCustomerRequest): CustomerKey | null {
  if (source === undefined || sourceId === undefined) return null;
  return { source, sourceId: String(sourceId), language: language?.toLowerCase() ?? null };
}

@ApiTags('commerce: customers')
@UseFamily(commerceFamily)
@Controller('customers')
export class CommerceCustomerController {
  constructor(private readonly customers: CommerceCustomerService) {}

  /** Creates a customer. */
  @Post()
  @RequireScope('customers:write')
  @ApiOperation({ operationId: 'createCommerceCustomer' })
  @ApiCommerceBody(CommerceCustomerRequest, CREATE_BODIES)
  @ApiCommerceSuccess(201, CommerceCustomerResponse, {
    description: 'The customer as stored.',
    examples: { 'The new customer': { data: CUSTOMER_ANSWER, message: MESSAGES.created } },
  })
  @ApiErrors(...CREATE_ERRORS)
  async create(
    @CurrentCaller() caller: Caller,
    @Body() body: unknown,
  ): Promise<CommerceAnswer<CommerceCustomerResponse>> {
    const request = checkCustomer(body);
    const item = { row: null, key: newKey(request), intent: 'create' as const, ...toItemParts(request) };
    const { action, result } = await this.customers.apply(caller, item);
    return commerceAnswer(result, MESSAGES[action]);
  }

  /** Finds customers by debtor id and by when they were created or changed, page by page. */
  @Post('search')
  @HttpCode(200)
  @RequireScope('customers:read')
  @ApiOperation({ operationId: 'searchCommerceCustomers' })
  @ApiCommerceBody(CommerceSearchRequest, SEARCH_BODIES)
  @ApiCommerceSuccess(200, [CommerceCustomerResponse], {
    description: 'One page of customers, and how many there are on all pages.',
    examples: {
      'The first of three pages': {
        data: [CUSTOMER_ANSWER],
        message: 'Completed',
        total: 3,
        more: { page: 1, offset: 1, pages: 3 },
      },
      'Nothing found': { data: [], message: 'Completed', more: { page: 1, offset: 100, pages: 0 } },
    },
    more: PAGE_MEMBERS,
  })
  @ApiErrors(...SEARCH_ERRORS, scopeMissing('customers:pii'))
  async search(
    @CurrentCaller() caller: Caller,
    @Body() body: unknown,
  ): Promise<CommerceAnswer<CommerceCustomerResponse[]> & { page: number; offset: number; pages: number }> {
    const request = checkSearch(body);
    // Finding a number tells as much as reading it.
    if (request.ssns !== undefined && !caller.scopes.has('customers:pii')) throw scopeMissing('customers:pii');
    const { customers, total, page, offset } = await this.customers.search(caller, request);
    return { ...commerceAnswer(customers, 'Completed', total), page, offset, pages: Math.ceil(total / offset) };
  }

  /** Reads a customer. */
  @Get(':lookupKey/:lookupValue')
  @RequireScope('customers:read')
  @ApiOperation({ operationId: 'getCommerceCustomer' })
  @ApiCommerceSuccess(200, CommerceCustomerResponse, {
    description: 'The customer.',
    examples: { 'A customer': { data: CUSTOMER_ANSWER, message: 'Completed' } },
  })
  @ApiLookupErrors()
  async get(
    @CurrentCaller() caller: Caller,
    @Param() params: LookupParams,
    @Query() query: LookupQuery,
  ): Promise<CommerceAnswer<CommerceCustomerResponse>> {
    return commerceAnswer(await this.customers.get(caller, toCustomerKey(params, query)));
  }

  /** Changes a customer: absent members keep their value, null clears. */
  @Patch(':lookupKey/:lookupValue')
  @RequireScope('customers:write')
  @ApiOperation({ operationId: 'updateCommerceCustomer' })
  @ApiCommerceBody(CommerceCustomerRequest, UPDATE_BODIES)
  @ApiCommerceSuccess(200, CommerceCustomerResponse, {
    description: 'The customer as stored.',
    examples: {
      'The changed customer': { data: UPDATED_ANSWER, message: MESSAGES.updated },
      'All of it was stored already': { data: UPDATED_ANSWER, message: MESSAGES.unchanged },
    },
  })
  @ApiLookupErrors(...UPDATE_ERRORS)
  async update(
    @CurrentCaller() caller: Caller,
    @Param() params: LookupParams,
    @Query() query: LookupQuery,
    @Body() body: unknown,
  ): Promise<CommerceAnswer<CommerceCustomerResponse>> {
    const key = toCustomerKey(params, query);
    const item = { row: null, key, intent: 'update' as const, ...toItemParts(checkCustomer(body)) };
    const { action, result } = await this.customers.apply(caller, item);
    return commerceAnswer(result, MESSAGES[action]);
  }
}
