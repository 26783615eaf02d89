import { Injectable } from '@nestjs/common';
import type { Identifiers, Person } from '../../customer/personal/person';
import { customerHeld } from '../../customer/customer.errors';
import { PersonService } from '../../customer/personal/person.service';
import { AuditTrail } from '../../platform/audit/audit-trail';
import type { Caller } from '../../platform/auth/caller';
import type { CompanyScope } from '../../platform/companies/company-access';
import { UnitOfWork } from '../../platform/database/unit-of-work';
import { Conflict } from '../../platform/errors/http.errors';
import { IdempotentCalls } from '../../platform/idempotency/idempotent-calls';
import { hasEnded } from '../jobs/bulk-job.entity';
import { FoundJob, PersonalRow, PersonalTraces } from './personal-traces';

/** All that the service keeps about a person. */
export interface PersonalData extends Person {
  /** Rows of bulk calls that are about the person, of the newest call first. */
  readonly jobRows: readonly PersonalRow[];
}

/** Gives out, and removes, all that is stored about a customer as a person, wherever it stands. */
@Injectable()
export class PrivacyService {
  constructor(
    private readonly persons: PersonService,
    private readonly traces: PersonalTraces,
    private readonly calls: IdempotentCalls,
    private readonly unitOfWork: UnitOfWork,
    private readonly trail: AuditTrail,
  ) {}

  /** @throws CustomerNotFound */
  async export(caller: Caller, company: CompanyScope, customerId: string): Promise<PersonalData> {
    const { person, identifiers } = await this.persons.find(company, customerId);
    const jobRows: PersonalRow[] = [];
    for await (const { chunks } of this.traces.find(company, identifiers)) {
      for (const { rows } of chunks) jobRows.push(...rows);
    }
    const { subject: actor } = caller;
    const event = { actor, action: 'customer.exported', companyRef: company.ref, subject: customerId };
    await this.trail.recordApart(event);
    return { ...person, jobRows };
  }

  /**
   * Removes the person from the results and files of jobs, from stored answers, from the history and from the customer
   * itself, in this order: what it is known by goes last, so that a call that broke off can be sent again.
   *
   * @throws CustomerNotFound, CustomerHeld before anything is removed, Conflict while a job works on rows about the person
   */
  async erase(caller: Caller, company: CompanyScope, customerId: string): Promise<void> {
    const { person, identifiers } = await this.persons.find(company, customerId);
    if (person.legalHoldSince !== null) throw customerHeld(person.legalHoldSince);
    const found: FoundJob[] = [];
    for await (const one of this.traces.find(company, identifiers)) {
      if (!hasEnded(one.job.state)) throw jobNotDone(one.job.jobId);
      found.push(one);
    }
    for (const one of found) await this.traces.erase(one);
    await this.calls.forgetMatching((text) => isAbout(identifiers, text));
    await this.persons.erase(caller, company, customerId);
    await this.unitOfWork.clearLog();
  }
}

/** A job still has rows about the person to work on. */
export function jobNotDone(jobId: string): Conflict {
  return new Conflict(
    `The job ${jobId} has rows about this customer and has not ended; wait for its end or cancel it, then try again.`,
  );
}

function isAbout({ texts, databaseIds, sourceIds }: Identifiers, text: string): boolean {
  const small = text.toLowerCase();
  return (
    texts.some((known) => small.includes(known)) ||
    databaseIds.some((id) => text.includes(`"id":${id},`) || text.endsWith(`/id/${id}`)) ||
    sourceIds.some(({ sourceId }) => text.includes(`/sourceId/${encodeURIComponent(sourceId)}`))
  );
}
