import { Injectable } from '@nestjs/common';
import { LegalHoldService } from '../../customer/personal/legal-hold.service';
import type { Identifiers } from '../../customer/personal/person';
import { PersonService } from '../../customer/personal/person.service';
import type { BulkJob } from '../jobs/bulk-job.entity';
import { PersonalTraces } from './personal-traces';

/** Knows the jobs that keep something about a customer under a legal hold. */
@Injectable()
export class HeldRows {
  constructor(
    private readonly holds: LegalHoldService,
    private readonly persons: PersonService,
    private readonly traces: PersonalTraces,
  ) {}

  /** True for a job with a row about a customer under a legal hold. Reads the rows of the job where its company has any such. */
  async areIn(job: BulkJob): Promise<boolean> {
    const held: Identifiers[] = [];
    for (const customerId of await this.holds.list(job.companyRef)) {
      held.push((await this.persons.find({ ref: job.companyRef }, customerId)).identifiers);
    }
    if (held.length === 0) return false;
    return this.traces.areIn(job, {
      databaseIds: held.flatMap(({ databaseIds }) => databaseIds),
      refNos: held.flatMap(({ refNos }) => refNos),
      sourceIds: held.flatMap(({ sourceIds }) => sourceIds),
      texts: held.flatMap(({ texts }) => texts),
    });
  }
}
