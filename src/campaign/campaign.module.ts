import { Module } from '@nestjs/common';
import { BulkModule } from '../bulk/bulk.module';
import { CampaignRepository } from './campaign.repository';
import { CampaignService } from './campaign.service';
import { CampaignController } from './controllers/campaign.controller';
import { CampaignCustomerController } from './controllers/campaign-customer.controller';
import { CampaignRecordController } from './controllers/campaign-record.controller';
import { CampaignRecordRepository } from './records/campaign-record.repository';
import { CampaignRecordService } from './records/campaign-record.service';
import { CampaignRecordAddImporter, CampaignRecordUpdateImporter } from './records/record.importers';
import { RecordAdditionService } from './records/record-addition.service';
import { RecordBulkService } from './records/record-bulk.service';
import { RecordHistoryRepository } from './records/record-history.repository';
import { RecordHistoryService } from './records/record-history.service';
import { RecordLedger } from './records/record.ledger';
import { RecordUpdateService } from './records/record-update.service';
import { RecordReversalRepository } from './reversal/record-reversal.repository';
import { RecordReversalService } from './reversal/record-reversal.service';

const RECORDS = [
  CampaignRecordAddImporter,
  CampaignRecordRepository,
  CampaignRecordService,
  CampaignRecordUpdateImporter,
  RecordAdditionService,
  RecordBulkService,
  RecordHistoryRepository,
  RecordHistoryService,
  RecordLedger,
  RecordReversalRepository,
  RecordReversalService,
  RecordUpdateService,
];

/** Campaigns and their records. */
@Module({
  imports: [BulkModule],
  controllers: [CampaignController, CampaignCustomerController, CampaignRecordController],
  providers: [CampaignRepository, CampaignService, ...RECORDS],
  exports: [CampaignService],
})
export class CampaignModule {}
