import { Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { CommerceBookWriter } from './commerce/commerce-book.writer';
import { CommerceCustomerRepository } from './commerce/commerce-customer.repository';
import { CommerceCustomerService } from './commerce/commerce-customer.service';
import { CommerceUpsertService } from './commerce/commerce-upsert.service';
import {
  CustomerHistoryPageSsnColumn,
  CustomerHistorySsnColumn,
  CustomerSsnColumn,
  CustomerSsnResealer,
} from './commerce/customer-ssn.columns';
import { CustomerSsnService } from './commerce/customer-ssn.service';
import { ContactUpdateService } from './contact-update.service';
import { CommerceCustomerController } from './controllers/commerce-customer.controller';
import { CustomerAddressController } from './controllers/customer-address.controller';
import { CustomerController } from './controllers/customer.controller';
import { CustomerStatusController } from './controllers/customer-status.controller';
import { LegalHoldController } from './controllers/legal-hold.controller';
import { CustomFieldRegistry } from './custom/custom-field.registry';
import { CustomValueRepository } from './custom/custom-value.repository';
import { CustomValues } from './custom/custom-values';
import { CustomerCreationService } from './customer-creation.service';
import { CustomerDependents } from './customer-dependents';
import { CustomerHistoryRepository } from './customer-history.repository';
import { CustomerHistoryService } from './customer-history.service';
import { CustomerStatusService } from './customer-status.service';
import { CustomerUpdateService } from './customer-update.service';
import { CustomerRepository } from './customer.repository';
import { CustomerService } from './customer.service';
import { LegalHoldRepository } from './personal/legal-hold.repository';
import { LegalHoldService } from './personal/legal-hold.service';
import { PersonRepository } from './personal/person.repository';
import { PersonService, PersonSources } from './personal/person.service';
import { CustomerReversalService } from './reversal/customer-reversal.service';
import { ReversalRepository } from './reversal/reversal.repository';

const RECEIVABLES = [
  ContactUpdateService,
  CustomFieldRegistry,
  CustomValueRepository,
  CustomValues,
  CustomerCreationService,
  CustomerDependents,
  CustomerHistoryRepository,
  CustomerHistoryService,
  CustomerRepository,
  CustomerService,
  CustomerStatusService,
  CustomerReversalService,
  CustomerUpdateService,
  LegalHoldRepository,
  LegalHoldService,
  PersonRepository,
  PersonService,
  PersonSources,
  ReversalRepository,
];
const COMMERCE = [
  CommerceBookWriter,
  CommerceCustomerRepository,
  CommerceCustomerService,
  CommerceUpsertService,
  CustomerHistoryPageSsnColumn,
  CustomerHistorySsnColumn,
  CustomerSsnColumn,
  CustomerSsnResealer,
  CustomerSsnService,
];

/** Customers of a company: single requests, and the services bulk work applies its rows with. */
@Module({
  imports: [DiscoveryModule],
  controllers: [
    CustomerStatusController,
    CustomerController,
    CommerceCustomerController,
    CustomerAddressController,
    LegalHoldController,
  ],
  providers: [...RECEIVABLES, ...COMMERCE],
  exports: [
    CommerceUpsertService,
    ContactUpdateService,
    CustomFieldRegistry,
    CustomerCreationService,
    CustomerHistoryRepository,
    CustomerReversalService,
    CustomerUpdateService,
    LegalHoldService,
    PersonService,
  ],
})
export class CustomerModule {}
