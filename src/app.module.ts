import { DynamicModule, Module, Type } from '@nestjs/common';
import { BulkModule } from './bulk/bulk.module';
import { CampaignModule } from './campaign/campaign.module';
import { CustomerModule } from './customer/customer.module';
import { DemoModule } from './demo/demo.module';
import { campaignFamily } from './families/campaign.family';
import { commerceFamily } from './families/commerce.family';
import { FamiliesModule } from './families/families.module';
import { oauthFamily } from './families/oauth.family';
import { receivablesFamily } from './families/receivables.family';
import { AuthModule } from './platform/auth/auth.module';
import { CompaniesModule } from './platform/companies/companies.module';
import { AppConfig } from './platform/config/app-config';
import { ConfigModule } from './platform/config/config.module';
import { DatabaseModule } from './platform/database/database.module';
import { EncryptionModule } from './platform/encryption/encryption.module';
import { ErrorsModule } from './platform/errors/errors.module';
import { BodyModule } from './platform/http/body.module';
import { IdempotencyModule } from './platform/idempotency/idempotency.module';
import { ObservabilityModule } from './platform/observability/observability.module';

/** A module of an enterprise team that adds importers, formats, routes or families of its own. */
export type Extension = Type | DynamicModule;

/** The whole service: platform, the three features, and whatever extensions are given. */
@Module({})
export class AppModule {
  static register(config: AppConfig, extensions: readonly Extension[] = []): DynamicModule {
    return {
      module: AppModule,
      imports: [
        ConfigModule.register(config),
        ObservabilityModule,
        BodyModule,
        DatabaseModule,
        ErrorsModule.register([receivablesFamily, oauthFamily, commerceFamily, campaignFamily]),
        EncryptionModule,
        CompaniesModule,
        AuthModule,
        IdempotencyModule,
        FamiliesModule,
        CustomerModule,
        BulkModule,
        CampaignModule,
        DemoModule,
        ...extensions,
      ],
    };
  }
}
