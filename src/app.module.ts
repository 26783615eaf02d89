import { DynamicModule, Module } from '@nestjs/common';
import { BulkModule } from './bulk/bulk.module';
import { CampaignModule } from './campaign/campaign.module';
import { CustomerModule } from './customer/customer.module';
import { DemoModule } from './demo/demo.module';
import { loadExtensions } from './extension-loader';
import { campaignFamily } from './families/campaign.family';
import { commerceFamily } from './families/commerce.family';
import { FamiliesModule } from './families/families.module';
import { oauthFamily } from './families/oauth.family';
import { receivablesFamily } from './families/receivables.family';
import { AuditModule } from './platform/audit/audit.module';
import { AuthModule } from './platform/auth/auth.module';
import { CompaniesModule } from './platform/companies/companies.module';
import { AppConfig } from './platform/config/app-config';
import { ConfigModule } from './platform/config/config.module';
import { DatabaseModule } from './platform/database/database.module';
import { EncryptionModule } from './platform/encryption/encryption.module';
import { ErrorsModule } from './platform/errors/errors.module';
import { databasePartsOf, type Extension } from './platform/extensions/rollbook-extension';
import { BodyModule } from './platform/http/body.module';
import { IdempotencyModule } from './platform/idempotency/idempotency.module';
import { LimitsModule } from './platform/limits/limits.module';
import { ObservabilityModule } from './platform/observability/observability.module';

/** The whole service: platform, the three features, and the extensions: those of the folder and those given here. */
@Module({})
export class AppModule {
  static register(config: AppConfig, extensions: readonly Extension[] = []): DynamicModule {
    return {
      module: AppModule,
      imports: [
        ConfigModule.register(config),
        ObservabilityModule,
        LimitsModule,
        BodyModule,
        IdempotencyModule,
        // What the folder adds to the database is found by its file names.
        DatabaseModule.register(config, databasePartsOf(extensions)),
        AuditModule,
        ErrorsModule.register([receivablesFamily, oauthFamily, commerceFamily, campaignFamily]),
        EncryptionModule,
        CompaniesModule,
        AuthModule,
        FamiliesModule,
        CustomerModule,
        BulkModule,
        CampaignModule,
        DemoModule,
        ...new Set([...loadExtensions(), ...extensions]),
      ],
    };
  }
}
