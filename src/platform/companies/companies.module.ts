import { Global, Module } from '@nestjs/common';
import { CompanyAccess } from './company-access';
import { CompanyRepository } from './company.repository';
import { CompanyService } from './company.service';

/** The company tree and who may reach which part of it. */
@Global()
@Module({
  providers: [CompanyAccess, CompanyRepository, CompanyService],
  exports: [CompanyAccess, CompanyService],
})
export class CompaniesModule {}
