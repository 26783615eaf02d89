import { Injectable } from '@nestjs/common';
import { Transaction } from '../database/transaction';
import { Company } from './company.entity';

/** Reads and writes of the company tree. */
@Injectable()
export class CompanyRepository {
  findByCompanyId(transaction: Transaction, companyId: string): Promise<Company | null> {
    return transaction.findOneBy(Company, { companyId });
  }

  findById(transaction: Transaction, id: number): Promise<Company | null> {
    return transaction.findOneBy(Company, { id });
  }

  count(transaction: Transaction): Promise<number> {
    return transaction.count(Company);
  }

  /** Inserts a company below `parent` (null: a root) and completes its path. */
  async insert(
    transaction: Transaction,
    company: Pick<Company, 'companyId' | 'name' | 'defaultLanguage'>,
    parent: Company | null,
  ): Promise<Company> {
    const row = transaction.create(Company, {
      ...company,
      parentRef: parent?.id ?? null,
      path: '',
      createdAt: new Date(),
    });
    await transaction.insert(Company, row);
    row.path = `${parent?.path ?? '/'}${row.id}/`;
    await transaction.update(Company, { id: row.id }, { path: row.path });
    return row;
  }
}
