import { Module } from '@nestjs/common';
import { BulkModule } from '../bulk/bulk.module';
import { CampaignModule } from '../campaign/campaign.module';
import { DemoCredentialService } from './demo-credentials';
import { DemoImport } from './demo-import';
import { DemoService } from './demo.service';

/** Data to try the service with. */
@Module({
  imports: [BulkModule, CampaignModule],
  providers: [DemoCredentialService, DemoImport, DemoService],
})
export class DemoModule {}
