import { Module } from '@nestjs/common';
import { ContactUpdateService } from './contact-update.service';
import { CustomerController } from './controllers/customer.controller';
import { CustomerStatusController } from './controllers/customer-status.controller';
import { CustomerCreationService } from './customer-creation.service';
import { CustomerDependents } from './customer-dependents';
import { CustomerHistoryRepository } from './customer-history.repository';
import { CustomerHistoryService } from './customer-history.service';
import { CustomerStatusService } from './customer-status.service';
import { CustomerUpdateService } from './customer-update.service';
import { CustomerRepository } from './customer.repository';
import { CustomerService } from './customer.service';

/** Customers of a company: single requests, and the services bulk work applies its rows with. */
@Module({
  controllers: [CustomerStatusController, CustomerController],
  providers: [
    ContactUpdateService,
    CustomerCreationService,
    CustomerDependents,
    CustomerHistoryRepository,
    CustomerHistoryService,
    CustomerRepository,
    CustomerService,
    CustomerStatusService,
    CustomerUpdateService,
  ],
  exports: [ContactUpdateService, CustomerCreationService, CustomerUpdateService],
})
export class CustomerModule {}
