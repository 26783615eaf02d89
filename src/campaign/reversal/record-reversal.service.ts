import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../platform/database/transaction';
import { giveWay } from '../../platform/event-loop/give-way';
import type { ChangeContext } from '../../platform/history/history-entry.entity';
import type { Reversal, ReversalOutcome } from '../../platform/history/reversal';
import { planReversals } from '../../platform/history/reversal-plan';
import type { CampaignRecord } from '../campaign-record.entity';
import { type RecordChange, recordHistoryEntry } from '../records/record-change';
import { RecordHistoryRepository } from '../records/record-history.repository';
import { RecordReversalRepository } from './record-reversal.repository';
import { ReversedRecord } from './reversed-record';

/** Takes back what a job did to campaign records. */
@Injectable()
export class RecordReversalService {
  constructor(
    private readonly reversals: RecordReversalRepository,
    private readonly history: RecordHistoryRepository,
  ) {}

  /**
   * Brings records back to what they were before the job `undone`; outcomes stand in the order of the reversals. A record
   * that was changed since by anybody else is kept. One that the job added is deleted.
   */
  async apply(
    transaction: Transaction,
    context: ChangeContext,
    undone: string,
    reversals: readonly Reversal[],
  ): Promise<ReversalOutcome[]> {
    const refs = reversals.map(({ recordRef }) => recordRef);
    const records = await this.reversals.listLocked(transaction, context.companyRef, refs);
    const entries = await this.history.listOfRecords(transaction, context.companyRef, reversals);
    const jobs = { undone, undoing: context.jobId };
    const plans = await planReversals(transaction, this.history, [...records.values()], entries, jobs);
    const changed: CampaignRecord[] = [];
    const history: RecordChange[] = [];
    const outcomes: ReversalOutcome[] = [];
    for (const { recordRef, row } of reversals) {
      const record = records.get(recordRef);
      const plan = plans.get(recordRef);
      if (record === undefined || plan === undefined) {
        outcomes.push({ outcome: 'unchanged', recordId: null, issue: null });
        continue;
      }
      const { recordId } = record;
      if ('issue' in plan) {
        outcomes.push({ outcome: 'failed', recordId, issue: plan.issue });
        continue;
      }
      const draft = new ReversedRecord(record);
      for (const entry of [...plan.own].reverse()) draft.revert(entry);
      const changes = draft.changes();
      outcomes.push({ outcome: changes.length === 0 ? 'unchanged' : 'updated', recordId, issue: null });
      if (changes.length > 0) {
        const after = draft.after(context.at);
        changed.push(after);
        history.push(recordHistoryEntry(context, after, row, changes));
      }
      await giveWay();
    }
    await this.reversals.updateMany(transaction, changed);
    await this.history.insertMany(transaction, history);
    return outcomes;
  }
}
