import { Delete, Get, Param, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { ApiCustomerErrors, CUSTOMER_EXAMPLE } from '../../customer/customer.openapi';
import { customerHeld } from '../../customer/customer.errors';
import { CompanyQuery, CustomerIdParam } from '../../customer/dto/customer-query.dto';
import { ReceivablesController } from '../../families/receivables.decorators';
import { ApiReceivablesSuccess } from '../../families/receivables.openapi';
import { CurrentCaller, RequireScope } from '../../platform/auth/auth.decorators';
import type { Caller } from '../../platform/auth/caller';
import { CompanyAccess } from '../../platform/companies/company-access';
import { PersonalDataResponse, toPersonalDataResponse } from './privacy.dto';
import { PERSONAL_DATA_EXAMPLE } from './privacy.openapi';
import { jobNotDone, PrivacyService } from './privacy.service';

@ApiTags('receivables: customers')
@ReceivablesController('api/v0/customer')
export class PrivacyController {
  constructor(
    private readonly companies: CompanyAccess,
    private readonly privacy: PrivacyService,
  ) {}

  /** Gives out all that is stored about a customer, deleted or not, personal numbers in clear; the audit trail notes it. */
  @Get(':customerId/personal-data')
  @RequireScope('customers:pii')
  @ApiOperation({ operationId: 'exportPersonalData' })
  @ApiReceivablesSuccess(PersonalDataResponse, {
    description: 'All that is stored about the customer.',
    payloads: { 'A customer made by one request': PERSONAL_DATA_EXAMPLE },
  })
  @ApiCustomerErrors()
  async export(
    @CurrentCaller() caller: Caller,
    @Param() { customerId }: CustomerIdParam,
    @Query() query: CompanyQuery,
  ): Promise<PersonalDataResponse> {
    const company = await this.companies.resolve(caller, query.parentCompanyId);
    return toPersonalDataResponse(await this.privacy.export(caller, company, customerId));
  }

  /** Erases all that is stored about a customer, deleted or not, also in its history and in bulk calls, for good. */
  @Delete(':customerId/personal-data')
  @RequireScope('customers:erase')
  @ApiOperation({ operationId: 'erasePersonalData' })
  @ApiReceivablesSuccess('text', {
    description: 'Id of the customer, about whom nothing else is stored any more.',
    payloads: { 'The customer is erased': CUSTOMER_EXAMPLE.customerId },
  })
  @ApiCustomerErrors(customerHeld('2026-01-05T09:30:00.000Z'), jobNotDone('JOB7Q2M9RX4T1B8ZC7Q2M9RX4T1B8'))
  async erase(
    @CurrentCaller() caller: Caller,
    @Param() { customerId }: CustomerIdParam,
    @Query() query: CompanyQuery,
  ): Promise<string> {
    const company = await this.companies.resolve(caller, query.parentCompanyId);
    await this.privacy.erase(caller, company, customerId);
    return customerId;
  }
}
