import { CustomerFile, valuesOf } from './customer-file';

/** What must be stored of one customer. */
export interface ExpectedCustomer {
  readonly version: number;
  /** Null: as created. */
  readonly agent: string | null;
  readonly limit: string;
}

/** What must be stored, worked out from the files alone. */
export class CustomerModel {
  private readonly versions: number[];
  /** The update each customer was changed by last; -1 for none. */
  private readonly updates: number[];
  private applied: number;

  /** @param customers how many there are at first */
  constructor(
    private readonly seed: number,
    customers: number,
  ) {
    this.versions = Array<number>(customers).fill(1);
    this.updates = Array<number>(customers).fill(-1);
    this.applied = customers;
  }

  get customers(): number {
    return this.versions.length;
  }

  /** Entries the history of all customers must have. */
  get historyEntries(): number {
    return this.applied;
  }

  /** A file was applied from the first row to the last. */
  apply(update: number, { rows, verdict }: CustomerFile): void {
    for (const { customer } of rows) {
      if (customer === null) continue;
      this.versions[customer] = (this.versions[customer] ?? 0) + 1;
      this.updates[customer] = verdict === 'created' ? -1 : update;
      this.applied++;
    }
  }

  expected(customer: number): ExpectedCustomer {
    const version = this.versions[customer] ?? 0;
    const update = this.updates[customer] ?? -1;
    return update < 0
      ? { version, agent: null, limit: '10.25' }
      : { version, ...valuesOf(this.seed, update, customer) };
  }
}
