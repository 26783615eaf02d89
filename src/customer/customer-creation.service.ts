import { Injectable } from '@nestjs/common';
import { ChunkPage } from '../platform/history/chunk-page';
import type { ChangeContext } from '../platform/history/history-entry.entity';
import { Transaction } from '../platform/database/transaction';
import { orderedPublicId } from '../platform/ids/public-id';
import type { CodedIssue } from '../platform/validation/coded-issue';
import {
  creationChanges,
  CustomerCreation,
  CustomerOutcome,
  failed,
  historyEntry,
  takenRefNo,
} from './customer-change';
import { CustomerHistoryRepository } from './customer-history.repository';
import { CustomValues } from './custom/custom-values';
import { Customer } from './customer.entity';
import { CustomerRepository } from './customer.repository';
import { customerIssues, customerWarnings } from './rules/customer.rules';

/** Creates many customers in a few statements inside the caller's transaction; single requests go the same way. */
@Injectable()
export class CustomerCreationService {
  constructor(
    private readonly customers: CustomerRepository,
    private readonly history: CustomerHistoryRepository,
    private readonly customValues: CustomValues,
  ) {}

  /** Creates customers; outcomes stand in the order of the creations. */
  async apply(
    transaction: Transaction,
    context: ChangeContext,
    creations: readonly CustomerCreation[],
  ): Promise<CustomerOutcome[]> {
    const refNos = creations.flatMap(({ fields }) => fields.uniqueRefNo ?? []);
    const holders = await this.customers.listHolders(transaction, context.companyRef, refNos);
    const taken = await this.rowsOfTakenNumbers(transaction, context, holders);
    const page = ChunkPage.of(context);
    const drafts = creations.map(({ row, fields, dependentChanges = [] }) => {
      const draft = newCustomer(context, fields, page);
      const issues = [...customerIssues(draft), ...refNoIssues(draft.uniqueRefNo, taken)];
      if (issues.length === 0 && draft.uniqueRefNo !== null) taken.set(draft.uniqueRefNo, row);
      return { row, draft, custom: fields.custom, dependentChanges, issues, warnings: customerWarnings(draft, fields) };
    });

    const accepted = drafts.filter(({ issues }) => issues.length === 0);
    await context.beforeWriting?.(accepted.length < drafts.length);
    const ids = await this.customers.insertMany(
      transaction,
      accepted.map(({ draft }) => draft),
    );
    accepted.forEach(({ draft }, index) => (draft.id = ids[index] ?? 0));
    const values = await this.customValues.open(transaction, context.companyRef, []);
    const entries = accepted.map(({ row, draft, custom, dependentChanges }) =>
      historyEntry(context, draft, row, [
        ...creationChanges(draft),
        ...values.changesOf(draft.id, custom),
        ...dependentChanges,
      ]),
    );
    for (const { draft, custom } of accepted) values.apply(draft.id, custom);
    await this.customValues.write(transaction, values);
    context.afterWriting?.();
    await this.history.insertMany(transaction, entries, page);
    return drafts.map(({ draft, issues, warnings }): CustomerOutcome =>
      issues.length > 0 ? failed(null, issues) : { outcome: 'created', customer: draft, issues: [], warnings },
    );
  }

  /** Numbers that are in use, each with the row of this very job that took it, or null. */
  private async rowsOfTakenNumbers(
    transaction: Transaction,
    { companyRef, jobId }: ChangeContext,
    holders: ReadonlyMap<string, Customer>,
  ): Promise<Map<string, number | null>> {
    const rows =
      jobId === null
        ? new Map<number, number>()
        : await this.history.findRowsOfJob(transaction, companyRef, jobId, [...holders.values()]);
    return new Map([...holders].map(([refNo, { id }]) => [refNo, rows.get(id) ?? null]));
  }
}

function newCustomer(
  { companyRef, at }: ChangeContext,
  fields: CustomerCreation['fields'],
  page: ChunkPage | null,
): Customer {
  // Written out: an object built member by member from a list costs ten times as much, a million times over.
  return {
    id: 0,
    companyRef,
    customerId: orderedPublicId('KC', 14),
    status: 'ACTIVE',
    legalName: fields.legalName,
    uniqueRefNo: fields.uniqueRefNo ?? null,
    panOrGstin: fields.panOrGstin ?? null,
    contactNumber: fields.contactNumber ?? null,
    address: fields.address ?? null,
    state: fields.state ?? null,
    pinCode: fields.pinCode ?? null,
    accountNumber: fields.accountNumber ?? null,
    ifsc: fields.ifsc ?? null,
    assignedAgent: fields.assignedAgent ?? null,
    branchCodes: fields.branchCodes ?? null,
    creditLimit: fields.creditLimit ?? null,
    paymentTermsDays: fields.paymentTermsDays ?? null,
    version: 1,
    deletionKey: 0,
    createdAt: at,
    updatedAt: at,
    deletedAt: null,
    historyPage: page?.ref ?? null,
  };
}

function refNoIssues(refNo: string | null, taken: ReadonlyMap<string, number | null>): CodedIssue[] {
  const first = refNo === null ? undefined : taken.get(refNo);
  if (refNo === null || first === undefined) return [];
  if (first === null) return [takenRefNo(refNo)];
  return [
    {
      field: 'uniqueRefNo',
      code: 'DUPLICATE_ROW',
      message: `row ${first} of this file already creates a customer with this number; keep one of the two rows`,
      rejectedValue: refNo,
    },
  ];
}
