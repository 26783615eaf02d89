import { Delete, Param, Put, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { ReceivablesController } from '../../families/receivables.decorators';
import { ApiReceivablesSuccess } from '../../families/receivables.openapi';
import { CurrentCaller, RequireScope } from '../../platform/auth/auth.decorators';
import type { Caller } from '../../platform/auth/caller';
import { CompanyAccess } from '../../platform/companies/company-access';
import { ApiCustomerErrors, CUSTOMER_EXAMPLE } from '../customer.openapi';
import { CompanyQuery, CustomerIdParam } from '../dto/customer-query.dto';
import { LegalHoldService } from '../personal/legal-hold.service';

@ApiTags('receivables: customers')
@ReceivablesController('api/v0/customer')
export class LegalHoldController {
  constructor(
    private readonly companies: CompanyAccess,
    private readonly holds: LegalHoldService,
  ) {}

  /** Puts a customer, deleted or not, under a legal hold: until that is lifted nothing about it is erased. */
  @Put(':customerId/legal-hold')
  @RequireScope('customers:erase')
  @ApiOperation({ operationId: 'setLegalHold' })
  @ApiReceivablesSuccess('text', {
    description: 'Id of the customer.',
    payloads: { 'The customer is held': CUSTOMER_EXAMPLE.customerId },
  })
  @ApiCustomerErrors()
  async set(
    @CurrentCaller() caller: Caller,
    @Param() { customerId }: CustomerIdParam,
    @Query() query: CompanyQuery,
  ): Promise<string> {
    const company = await this.companies.resolve(caller, query.parentCompanyId);
    await this.holds.set(caller, company, customerId);
    return customerId;
  }

  /** Lifts the legal hold of a customer; one that has none stays as it is. */
  @Delete(':customerId/legal-hold')
  @RequireScope('customers:erase')
  @ApiOperation({ operationId: 'liftLegalHold' })
  @ApiReceivablesSuccess('text', {
    description: 'Id of the customer.',
    payloads: { 'The customer may be erased': CUSTOMER_EXAMPLE.customerId },
  })
  @ApiCustomerErrors()
  async lift(
    @CurrentCaller() caller: Caller,
    @Param() { customerId }: CustomerIdParam,
    @Query() query: CompanyQuery,
  ): Promise<string> {
    const company = await this.companies.resolve(caller, query.parentCompanyId);
    await this.holds.lift(caller, company, customerId);
    return customerId;
  }
}
