import { Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { CustomerModule } from '../customer/customer.module';
import { BulkService } from './bulk.service';
import { CommerceBulkService } from './commerce/commerce-bulk.service';
import { CommerceIdImporter, CommerceSourceIdImporter } from './commerce/commerce.importers';
import { CommerceRow } from './commerce/commerce-row';
import { BulkJobController } from './controllers/bulk-job.controller';
import { CommerceBulkController } from './controllers/commerce-bulk.controller';
import { JobEventsController } from './controllers/job-events.controller';
import { JobFollowUpController } from './controllers/job-follow-up.controller';
import { CustomerFileController } from './controllers/customer-file.controller';
import { FileCall } from './controllers/file-call';
import { ImportController } from './controllers/import.controller';
import { ContactsTable } from './customers/contacts.table';
import { CustomerCreationTable } from './customers/customer-creation.table';
import { CustomerLedger } from './customers/customer.ledger';
import { CustomerCreationImporter, CustomerUpdateImporter } from './customers/customer.importers';
import { CustomerUpdateTable } from './customers/customer-update.table';
import { ChunkApplier } from './engine/chunk-applier';
import { ChunkSources } from './engine/chunk-sources';
import { ChunkSequences } from './engine/chunk-sequences';
import { ChunkWork } from './engine/chunk-work';
import { ImporterRegistry } from './engine/importer.registry';
import { JobRunner } from './engine/job-runner';
import { FileImportService } from './files/file-import.service';
import { WholeRun } from './engine/whole-run';
import { FileIntake } from './files/file-intake';
import { ItemIntake } from './files/item-intake';
import { JobFiles } from './files/job-files';
import { OrphanFolders } from './files/orphan-folders';
import { ResultDownload } from './files/result-download';
import { ResultFiles } from './files/result-files';
import { ResultLinkService } from './files/result-links';
import { RowCopier } from './files/row-copier';
import { StoredBytes } from './files/stored-bytes';
import { TemplateFiles } from './files/template-files';
import { UploadReceiver } from './files/upload.receiver';
import { FormatRegistry } from './formats/format.registry';
import { BulkJobRepository } from './jobs/bulk-job.repository';
import { BulkJobService } from './jobs/bulk-job.service';
import { EndedJob } from './jobs/ended-job';
import { JobAdmission } from './jobs/job-admission';
import { JobControl } from './jobs/job-control';
import { JobErasure } from './jobs/job-erasure';
import { JobEventsService } from './jobs/job-events.service';
import { JobFollowUpService, RowSources } from './jobs/job-follow-up.service';
import { JobIntake } from './jobs/job-intake';
import { JobLease } from './jobs/job-lease';
import { JobMetrics } from './jobs/job-metrics';
import { JobQueue } from './jobs/job-queue';
import { JobRowsService } from './jobs/job-rows.service';
import { JobRetentionSweep } from './jobs/job-retention.sweep';
import { JobWait } from './jobs/job-wait';
import { JobResumer } from './jobs/job-resumer';
import { JobWorker } from './jobs/job-worker';
import { HeldRows } from './personal/held-rows';
import { PrivacyController } from './personal/privacy.controller';
import { PrivacyService } from './personal/privacy.service';
import { PersonalTraces } from './personal/personal-traces';
import { ReadingThreads } from './reading/reading-threads';
import { UndoIntake } from './undo/undo-intake';

const ENGINE = [
  BulkService,
  ChunkApplier,
  ChunkSources,
  ChunkSequences,
  ChunkWork,
  FormatRegistry,
  ImporterRegistry,
  JobRunner,
  WholeRun,
];
const FILES = [
  FileCall,
  FileImportService,
  FileIntake,
  ItemIntake,
  JobFiles,
  OrphanFolders,
  ReadingThreads,
  ResultDownload,
  ResultFiles,
  ResultLinkService,
  RowCopier,
  StoredBytes,
  TemplateFiles,
  UploadReceiver,
];
const JOBS = [
  BulkJobRepository,
  BulkJobService,
  EndedJob,
  JobAdmission,
  JobControl,
  JobErasure,
  JobEventsService,
  JobFollowUpService,
  JobIntake,
  JobLease,
  JobMetrics,
  JobQueue,
  JobResumer,
  JobRetentionSweep,
  JobRowsService,
  JobWait,
  JobWorker,
  RowSources,
  UndoIntake,
];
const CUSTOMERS = [
  ContactsTable,
  CustomerCreationImporter,
  CustomerCreationTable,
  CustomerLedger,
  CustomerUpdateImporter,
  CustomerUpdateTable,
];

const PERSONAL = [HeldRows, PersonalTraces, PrivacyService];
const COMMERCE = [CommerceBulkService, CommerceIdImporter, CommerceRow, CommerceSourceIdImporter];

/** The bulk engine, its file formats, and the bulk entrances to customers. */
@Module({
  imports: [CustomerModule, DiscoveryModule],
  controllers: [
    CustomerFileController,
    CommerceBulkController,
    BulkJobController,
    JobEventsController,
    ImportController,
    JobFollowUpController,
    PrivacyController,
  ],
  providers: [...ENGINE, ...FILES, ...JOBS, ...CUSTOMERS, ...COMMERCE, ...PERSONAL],
  exports: [BulkService, ImporterRegistry, JobFiles],
})
export class BulkModule {}
