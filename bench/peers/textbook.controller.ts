import { BadRequestException, Body, Controller, Post, UploadedFile, UseInterceptors } from '@nestjs/common';
import { FileInterceptor } from '@nestjs/platform-express';
import { InjectRepository } from '@nestjs/typeorm';
import { plainToInstance } from 'class-transformer';
import { validate } from 'class-validator';
import { In, Repository } from 'typeorm';
import { CampaignRecord } from '../../src/campaign/campaign-record.entity';
import { CommerceCustomer } from '../../src/customer/commerce/commerce-customer.entity';
import { CustomerAddress } from '../../src/customer/commerce/customer-address.entity';
import { Customer } from '../../src/customer/customer.entity';
import { readCsv, slices } from './csv.rows';
import { newCustomerId } from './new-customer-id';
import { readSettings } from './peer.settings';
import { CampaignUpdateDto, CustomerRowDto, CustomersDto } from './textbook.dto';

const { companyRef, campaignRef } = readSettings();
/** As many as a statement of SQLite has parameters for. */
const UPSERT_ROWS = 500;
const SAVE_ROWS = 1_000;

const newCustomer = () => ({
  ...{ companyRef, customerId: newCustomerId(), status: 'ACTIVE' as const, version: 1, deletionKey: 0 },
  ...{ createdAt: new Date(), updatedAt: new Date() },
});

/** What the first page of the documentation of Nest and TypeORM leads to. */
@Controller()
export class TextbookController {
  constructor(
    @InjectRepository(CampaignRecord) private readonly records: Repository<CampaignRecord>,
    @InjectRepository(CommerceCustomer) private readonly commerceCustomers: Repository<CommerceCustomer>,
    @InjectRepository(CustomerAddress) private readonly addresses: Repository<CustomerAddress>,
    @InjectRepository(Customer) private readonly customers: Repository<Customer>,
  ) {}

  @Post('campaign')
  async updateRecords(@Body() { records }: CampaignUpdateDto): Promise<{ total: number }> {
    const recordId = In(records.map(({ id }) => id));
    const found = await this.records.findBy({ campaignRef, deletionKey: 0, recordId });
    const byId = new Map(found.map((record) => [record.recordId, record]));
    for (const { id, data } of records) {
      const record = byId.get(id);
      if (record === undefined) throw new BadRequestException(`no record ${id}`);
      record.data = JSON.stringify({ ...(JSON.parse(record.data) as object), ...data });
      record.version++;
      record.updatedAt = new Date();
    }
    await this.records.save(found);
    return { total: found.length };
  }

  @Post('commerce')
  async upsertCustomers(@Body() { customers }: CustomersDto): Promise<{ total: number }> {
    for (const some of slices(customers, UPSERT_ROWS)) {
      const rows = some.map(({ source, sourceId, language, firstName, lastName, email }) => ({
        ...newCustomer(),
        ...{ legalName: `${firstName} ${lastName}`, source, sourceId, language, firstName, lastName, email },
      }));
      await this.commerceCustomers.upsert(rows, ['companyRef', 'sourceId', 'source', 'language', 'deletionKey']);
      const sourceId = In(some.map((item) => item.sourceId));
      const stored = await this.commerceCustomers.find({
        where: { companyRef, deletionKey: 0, sourceId },
        select: { id: true, sourceId: true },
      });
      const ids = new Map(stored.map((customer) => [customer.sourceId, customer.id]));
      const addresses = some.flatMap((item) =>
        item.addresses.map((address) => {
          return { ...address, companyRef, customerRef: ids.get(item.sourceId) ?? 0, isDefault: 'N' as const };
        }),
      );
      await this.addresses.upsert(addresses, ['customerRef', 'code']);
    }
    return { total: customers.length };
  }

  @Post('update')
  @UseInterceptors(FileInterceptor('file'))
  async updateFile(@UploadedFile() file: Express.Multer.File): Promise<{ total: number }> {
    const rows = await validRows(file);
    for (const some of slices(rows, SAVE_ROWS)) {
      const uniqueRefNo = In(some.map((row) => row.uniqueRefNo));
      const found = await this.customers.findBy({ companyRef, deletionKey: 0, uniqueRefNo });
      const byRef = new Map(found.map((customer) => [customer.uniqueRefNo, customer]));
      for (const row of some) {
        const customer = byRef.get(row.uniqueRefNo);
        if (customer === undefined) throw new BadRequestException(`no customer ${row.uniqueRefNo}`);
        Object.assign(customer, row, { version: customer.version + 1, updatedAt: new Date() });
      }
      await this.customers.save(found);
    }
    return { total: rows.length };
  }

  @Post('create')
  @UseInterceptors(FileInterceptor('file'))
  async createFile(@UploadedFile() file: Express.Multer.File): Promise<{ total: number }> {
    const rows = await validRows(file);
    for (const some of slices(rows, SAVE_ROWS)) {
      await this.customers.save(this.customers.create(some.map((row) => ({ ...newCustomer(), ...row }))));
    }
    return { total: rows.length };
  }
}

async function validRows(file: Express.Multer.File): Promise<CustomerRowDto[]> {
  const rows = plainToInstance(CustomerRowDto, readCsv(file.buffer.toString()));
  for (const row of rows) {
    const errors = await validate(row);
    if (errors.length > 0) throw new BadRequestException(errors);
  }
  return rows;
}
