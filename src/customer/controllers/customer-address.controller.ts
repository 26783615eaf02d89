import { Body, Controller, Get, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { CommerceAnswer, commerceAnswer } from '../../families/commerce.answer';
import { commerceFamily } from '../../families/commerce.family';
import { ApiCommerceSuccess } from '../../families/commerce.openapi';
import { CurrentCaller, RequireScope } from '../../platform/auth/auth.decorators';
import type { Caller } from '../../platform/auth/caller';
import { UseFamily } from '../../platform/errors/family.registry';
import {
  AddressAnswer,
  AddressRequest,
  AddressResponse,
  BulkAddressesRequest,
  MAX_ADDRESSES,
  toAddressAnswers,
} from '../commerce/address.dto';
import { CommerceCustomerService } from '../commerce/commerce-customer.service';
import {
  ADDRESS_ANSWER,
  ADDRESS_ANSWERS,
  ADDRESS_BODIES,
  ADDRESS_ERRORS,
  ADDRESSES_BODIES,
  ADDRESSES_ERRORS,
  ApiCommerceBody,
  ApiLookupErrors,
} from '../commerce/commerce.openapi';
import { bulkSchemaOf, schemaOf } from '../commerce/commerce.schema';
import { LookupParams, LookupQuery, toCustomerKey } from '../commerce/lookup.dto';

const checkAddress = schemaOf(AddressRequest);
const checkAddresses = bulkSchemaOf(BulkAddressesRequest, {
  list: 'addresses',
  most: MAX_ADDRESSES,
  Item: AddressRequest,
  lookupKey: null,
});

const MESSAGES = { created: 'Address created', updated: 'Address updated' };

@ApiTags('commerce: addresses')
@UseFamily(commerceFamily)
@Controller('customers/:lookupKey/:lookupValue/addresses')
export class CustomerAddressController {
  constructor(private readonly customers: CommerceCustomerService) {}

  /** Lists the addresses of a customer. */
  @Get()
  @RequireScope('customers:read')
  @ApiOperation({ operationId: 'listAddresses' })
  @ApiCommerceSuccess(200, [AddressResponse], {
    description: 'All addresses of the customer, in the order they were added.',
    examples: {
      'An address': { data: [ADDRESS_ANSWER], message: 'Completed' },
      None: { data: [], message: 'Completed' },
    },
  })
  @ApiLookupErrors()
  async list(
    @CurrentCaller() caller: Caller,
    @Param() params: LookupParams,
    @Query() query: LookupQuery,
  ): Promise<CommerceAnswer<AddressResponse[]>> {
    return commerceAnswer(await this.customers.listAddresses(caller, toCustomerKey(params, query)));
  }

  /** Changes the address of that code, or adds it; one without a code is added, unless it is there word for word. */
  @Post()
  @RequireScope('customers:write')
  @ApiOperation({ operationId: 'saveAddress' })
  @ApiCommerceBody(AddressRequest, ADDRESS_BODIES)
  @ApiCommerceSuccess(201, AddressResponse, {
    description: 'The address was added; as stored.',
    examples: { 'The new address': { data: ADDRESS_ANSWER, message: MESSAGES.created } },
  })
  @ApiCommerceSuccess(200, AddressResponse, {
    description: 'The address was there already and says now what the request does; as stored.',
    examples: { 'The changed address': { data: ADDRESS_ANSWER, message: MESSAGES.updated } },
  })
  @ApiLookupErrors(...ADDRESS_ERRORS)
  async save(
    @CurrentCaller() caller: Caller,
    @Param() params: LookupParams,
    @Query() query: LookupQuery,
    @Body() body: unknown,
    @Res({ passthrough: true }) response: Response,
  ): Promise<CommerceAnswer<AddressResponse>> {
    const key = toCustomerKey(params, query);
    const { action, result } = await this.customers.saveAddress(caller, key, checkAddress(body));
    response.status(action === 'created' ? 201 : 200);
    return commerceAnswer(result, action === 'created' ? MESSAGES.created : MESSAGES.updated);
  }

  /** Changes or adds several addresses of a customer: all of them, or none. */
  @Post('bulk')
  @HttpCode(200)
  @RequireScope('customers:write')
  @ApiOperation({ operationId: 'saveAddresses' })
  @ApiCommerceBody(BulkAddressesRequest, ADDRESSES_BODIES)
  @ApiCommerceSuccess(200, [AddressAnswer], {
    description: 'What became of the addresses, in the order of the request.',
    examples: { 'One changed and one added': { data: ADDRESS_ANSWERS, message: 'Completed' } },
  })
  @ApiLookupErrors(...ADDRESSES_ERRORS)
  async saveMany(
    @CurrentCaller() caller: Caller,
    @Param() params: LookupParams,
    @Query() query: LookupQuery,
    @Body() body: unknown,
  ): Promise<CommerceAnswer<AddressAnswer[]>> {
    const key = toCustomerKey(params, query);
    const requests = await checkAddresses(body);
    return commerceAnswer(toAddressAnswers(requests, await this.customers.saveAddresses(caller, key, requests)));
  }
}
