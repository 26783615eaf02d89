import { Injectable } from '@nestjs/common';
import { BulkService } from '../../bulk/bulk.service';
import { type CallChoice, toJobOptions } from '../../bulk/dto/bulk-options.dto';
import { ItemOutcomes } from '../../bulk/jobs/item-outcomes';
import type { BulkRun } from '../../bulk/jobs/job-wait';
import type { Caller } from '../../platform/auth/caller';
import { forEachGivingWay } from '../../platform/event-loop/give-way';
import type { CampaignType } from '../campaign.entity';
import { CampaignService } from '../campaign.service';
import { CampaignBulkAnswer, toCampaignAnswer } from './bulk-answer.dto';
import { isJsonObject } from './document-merge';
import { CAMPAIGN_RECORD_ADD, CAMPAIGN_RECORD_UPDATE } from './record.importers';
import { readRecordsBody } from './record-request';
import { changeFaults, documentFaults, idFault, newRecordFaults, recordIdOf } from './record.rules';
import { JudgedRecord, toRows } from './record.rows';

/** What a bulk call came to, and its answer; null while the job is not done. */
export interface CampaignRun extends BulkRun {
  readonly answer: CampaignBulkAnswer | null;
}

const RECORD_KEYS = new Set(['id', 'data', 'ifVersion']);

/** The bulk calls of the campaign API: the call as a whole, then each record by itself, then one job. */
@Injectable()
export class RecordBulkService {
  constructor(
    private readonly bulk: BulkService,
    private readonly campaigns: CampaignService,
  ) {}

  /** Merges changes into up to 10,000 records. @throws InvalidRequest, CampaignNotAccessible, what `applyItems` throws */
  update(caller: Caller, body: unknown, choice: CallChoice): Promise<CampaignRun> {
    return this.run(caller, readRecordsBody(body, ['records']), {
      target: CAMPAIGN_RECORD_UPDATE,
      verb: 'Updated',
      judge: judgeChange,
      choice,
    });
  }

  /** Adds up to 10,000 records. @throws as `update` does */
  add(caller: Caller, body: unknown, choice: CallChoice): Promise<CampaignRun> {
    return this.run(caller, readRecordsBody(body, ['data', 'records']), {
      target: CAMPAIGN_RECORD_ADD,
      verb: 'Added',
      judge: judgeAddition,
      choice,
    });
  }

  private async run(
    { company, subject }: Caller,
    { campaignId, records }: ReturnType<typeof readRecordsBody>,
    { target, verb, judge, choice }: BulkCall,
  ): Promise<CampaignRun> {
    const { campaignType } = await this.campaigns.get(company.ref, campaignId);
    const judged: JudgedRecord[] = [];
    await forEachGivingWay(records, (record) => judged.push(judge(record, campaignType)));
    const outcomes = new ItemOutcomes();
    const request = {
      companyRef: company.ref,
      createdBy: subject,
      family: 'campaign',
      target,
      ...toJobOptions(choice.query),
    };
    const run = await this.bulk.applyItems(request, toRows(judged, campaignId), {
      ...outcomes,
      waitMs: choice.waitMs,
    });
    const retried = run.job.tallies[0]?.retried ?? 0;
    return { ...run, answer: run.isDone ? toCampaignAnswer(verb, outcomes.all, retried, judged) : null };
  }
}

/** What makes one bulk call differ from the other. */
interface BulkCall {
  readonly target: string;
  readonly verb: string;
  readonly judge: (record: unknown, type: CampaignType) => JudgedRecord;
  readonly choice: CallChoice;
}

function judgeChange(record: unknown, type: CampaignType): JudgedRecord {
  if (!isJsonObject(record)) return { record, id: null, faults: ['the record must be an object'] };
  const { id, data, ifVersion } = record;
  const unknown = Object.keys(record).filter((key) => !RECORD_KEYS.has(key));
  const idWrong = idFault(id, 'id');
  const isVersion = ifVersion === undefined || (Number.isSafeInteger(ifVersion) && Number(ifVersion) >= 1);
  const faults = [
    ...unknown.slice(0, 10).map((key) => `property ${key.slice(0, 100)} should not exist`),
    ...(idWrong === null ? [] : [idWrong]),
    ...(typeof id === 'string' ? changeFaults(id, data, type) : documentFaults(data, type)),
    ...(isVersion ? [] : ['ifVersion must be a whole number of 1 or more']),
  ];
  return { record, id: typeof id === 'string' ? id : null, faults };
}

function judgeAddition(record: unknown, type: CampaignType): JudgedRecord {
  return { record, id: recordIdOf(record, type), faults: newRecordFaults(record, type) };
}
