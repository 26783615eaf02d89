import { Injectable } from '@nestjs/common';
import { Caller } from '../auth/caller';
import { UnitOfWork } from '../database/unit-of-work';
import { companyNotAccessible } from './company.errors';
import { CompanyRepository } from './company.repository';

/** Shape of a public company id. */
export const COMPANY_ID = /^CEK[A-Z0-9]{7}$/;

/** The company whose customer book a request works on. */
export interface CompanyScope {
  readonly ref: number;
  readonly companyId: string;
}

/** Decides which company's data a caller may reach: its own and those below it in the tree. */
@Injectable()
export class CompanyAccess {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly companies: CompanyRepository,
  ) {}

  /**
   * Company of that id, the caller's own without one.
   *
   * @throws CompanyNotAccessible when it is unknown or foreign: the two look the same.
   */
  async resolve(caller: Caller, companyId: string | undefined): Promise<CompanyScope> {
    if (companyId === undefined || companyId === caller.company.companyId) return caller.company;
    const company = await this.unitOfWork.read((transaction) => this.companies.findByCompanyId(transaction, companyId));
    if (!company?.path.startsWith(caller.company.path)) {
      throw companyNotAccessible();
    }
    return { ref: company.id, companyId: company.companyId };
  }

  /** Whether a company is the caller's or below it. */
  async reaches(caller: Caller, companyRef: number): Promise<boolean> {
    if (companyRef === caller.company.ref) return true;
    const company = await this.unitOfWork.read((transaction) => this.companies.findById(transaction, companyRef));
    return company?.path.startsWith(caller.company.path) ?? false;
  }
}
