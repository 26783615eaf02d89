/** The textbook: a plain Nest application with ValidationPipe and the repositories of TypeORM. */
import 'reflect-metadata';
import { Module, ValidationPipe } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { TypeOrmModule, TypeOrmModuleOptions } from '@nestjs/typeorm';
import type { AddressInfo } from 'node:net';
import { CampaignRecord } from '../../src/campaign/campaign-record.entity';
import { CommerceCustomer } from '../../src/customer/commerce/commerce-customer.entity';
import { CustomerAddress } from '../../src/customer/commerce/customer-address.entity';
import { Customer } from '../../src/customer/customer.entity';
import { SnakeNamingStrategy } from '../../src/platform/database/naming.strategy';
import { announce, readSettings } from './peer.settings';
import { TextbookController } from './textbook.controller';

const { databaseUrl, sqliteFile } = readSettings();
const entities = [CampaignRecord, CommerceCustomer, CustomerAddress, Customer];
const shared = { entities, namingStrategy: new SnakeNamingStrategy() };
const options: TypeOrmModuleOptions =
  databaseUrl === null
    ? { ...shared, type: 'better-sqlite3', database: sqliteFile, enableWAL: true }
    : { ...shared, type: 'mariadb', url: databaseUrl, timezone: 'Z', bigNumberStrings: false };

@Module({
  imports: [TypeOrmModule.forRoot(options), TypeOrmModule.forFeature(entities)],
  controllers: [TextbookController],
})
class TextbookModule {}

async function main(): Promise<void> {
  const app = await NestFactory.create<NestExpressApplication>(TextbookModule, { logger: ['error'] });
  app.useBodyParser('json', { limit: '64mb' });
  app.useGlobalPipes(new ValidationPipe({ transform: true, whitelist: true }));
  await app.listen(0, '127.0.0.1');
  announce((app.getHttpServer() as { address(): AddressInfo }).address().port);
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
