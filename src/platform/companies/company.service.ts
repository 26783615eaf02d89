import { Injectable } from '@nestjs/common';
import { AuditTrail } from '../audit/audit-trail';
import { UnitOfWork } from '../database/unit-of-work';
import { randomPublicId } from '../ids/public-id';
import { Company } from './company.entity';
import { CompanyNotFound } from './company.errors';
import { CompanyRepository } from './company.repository';

const FALLBACK_LANGUAGE = 'en';

/** Keeps the company tree; used by the command line and the demo data. */
@Injectable()
export class CompanyService {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly companies: CompanyRepository,
    private readonly trail: AuditTrail,
  ) {}

  count(): Promise<number> {
    return this.unitOfWork.read((transaction) => this.companies.count(transaction));
  }

  /** @throws CompanyNotFound */
  async get(companyId: string): Promise<Company> {
    const company = await this.unitOfWork.read((transaction) => this.companies.findByCompanyId(transaction, companyId));
    if (company === null) throw new CompanyNotFound(`There is no company ${companyId}.`);
    return company;
  }

  /** ISO 639-1 code a company's customers get when they come without a language. */
  async getDefaultLanguage(companyRef: number): Promise<string> {
    const company = await this.unitOfWork.read((transaction) => this.companies.findById(transaction, companyRef));
    return company?.defaultLanguage ?? FALLBACK_LANGUAGE;
  }

  /** Creates a company with a new random id, at the root or below another. */
  create(name: string, parent: Company | null, defaultLanguage = FALLBACK_LANGUAGE): Promise<Company> {
    const company = { companyId: randomPublicId('CEK', 7), name, defaultLanguage };
    return this.unitOfWork.run(async (transaction) => {
      const created = await this.companies.insert(transaction, company, parent);
      const what = { action: 'company.created', companyRef: created.id, subject: created.companyId };
      await this.trail.record(transaction, { actor: 'operator', ...what });
      return created;
    });
  }
}
