import { type DrawnContact, withContact } from './contact.state';
import { type AddressPatch, type CustomerState, NOBODY, withAddresses, withName } from './customer.state';
import { type ModelRow, ModelTable, type UndoCounts } from './model-table';
import type { RowFate } from './rehearsal';
import { type DuplicateRule, RowClaims } from './row-claims';

/** Language of customers that come without one; that of the demo company. */
const DEFAULT_LANGUAGE = 'en';
/** The header is row 1 of a file. */
const FIRST_ROW = 2;

/** Which customer an item means; null of the language stands for whichever there is. */
export type ItemKey =
  | { readonly customer: string | null }
  | { readonly source: string; readonly sourceId: string; readonly language: string | null };

/** An item of a commerce call. */
export interface DrawnItem {
  readonly key: ItemKey;
  readonly patch: Partial<Omit<CustomerState, 'addresses' | 'parent'>>;
  readonly addresses?: readonly AddressPatch[];
  /** Null: no parent any more. */
  readonly parent?: ItemKey | null;
}

/** What an item must be answered: the customer it met, or the code of its error. */
export interface ItemAnswer extends RowFate {
  readonly action: 'create' | 'update';
  readonly code: number | null;
}

/** A row of a file of changes; null clears a value. */
export interface DrawnRow {
  /** Null: nobody by that name. */
  readonly customer: string | null;
  readonly patch: Partial<CustomerState>;
  /** Error code of a row that breaks a rule in itself. */
  readonly fault: string | null;
}

/** What a row of a file must come to. */
export interface RowAnswer extends RowFate {
  readonly row: number;
  /** The verdict, or the code of its error. */
  readonly outcome: string;
  readonly amount: string | null;
}

const FAILED = { verdict: 'failed', record: null, version: null } as const;

/** What applies one of the things, by its index. */
function eachOf<T, A>(all: readonly T[], apply: (one: T, index: number) => A): (index: number) => A {
  return (index) => {
    const one = all[index];
    if (one === undefined) throw new Error(`there is no row ${index} of ${all.length}`);
    return apply(one, index);
  };
}

/** The customers, by the rules of the contract, one item or row after the other. */
export class BookModel {
  readonly table = new ModelTable<CustomerState>();

  /** File of new customers, each with a number of its own. */
  create(call: number, customers: ReadonlyMap<string, Partial<CustomerState>>): void {
    [...customers].forEach(([key, values], index) => {
      this.table.put(call, index + FIRST_ROW, key, { ...NOBODY, ...values, isNamed: true });
    });
  }

  /** Begins to apply the items of a commerce call; those for one customer are known by the words they name it with. */
  upsert(call: number, items: readonly DrawnItem[], rule: DuplicateRule): (index: number) => ItemAnswer {
    const names = items.map(({ key }) => JSON.stringify(key));
    const claims = new RowClaims(rule, names);
    return eachOf(items, ({ key, patch, addresses, parent: parentKey }, index) => {
      const isMine = claims.take(names[index] ?? '', index);
      // Nobody looks whether an item that is passed over would have met a customer.
      const found = isMine ? this.find(key) : [];
      const action = found.length === 0 && 'source' in key ? 'create' : 'update';
      const refused = (code: number): ItemAnswer => ({ ...FAILED, action, code });
      if (!isMine) return refused(10017);
      if (found.length > 1) return refused(60005);
      const [known] = found;
      if (known === undefined && !('source' in key)) return refused(60006);
      const customer = known ?? `${call}.${index}`;
      const before = known === undefined ? NOBODY : (this.table.live(known)?.state ?? NOBODY);
      const identity = known === undefined && 'source' in key ? key : null;
      const named = { ...before, ...identity, ...patch };
      const language = named.language ?? (named.sourceId === null ? null : DEFAULT_LANGUAGE);
      const parent = parentKey ? this.parentOf(parentKey, language, customer) : parentKey;
      if (typeof parent === 'number') return refused(parent);
      const parents = parent === undefined ? {} : { parent };
      const next = { ...named, ...parents, language, addresses: withAddresses(before.addresses, addresses ?? []) };
      return { ...this.put(call, index + 1, customer, withName(next)), action, code: null };
    });
  }

  /** Begins to apply a file of changes; `first` means the first row of a customer that can be applied. */
  change(call: number, rows: readonly DrawnRow[], rule: DuplicateRule): (index: number) => RowAnswer {
    const isKnown = (customer: string): boolean => this.table.all.has(customer);
    const claims = new RowClaims(
      rule,
      rows.map(({ customer, fault }) => (fault === null && customer !== null && isKnown(customer) ? customer : null)),
    );
    return eachOf(rows, ({ customer, patch, fault }, index) => {
      const row = index + FIRST_ROW;
      const failed = (outcome: string): RowAnswer => ({ ...FAILED, row, outcome, amount: null });
      const owner = this.ownerOf(customer, fault);
      if (typeof owner === 'string') return failed(owner);
      const { state } = owner;
      const next = { ...state, ...patch, isNamed: state.isNamed || patch.legalName !== undefined };
      if ((next.accountNumber === null) !== (next.ifsc === null)) return failed('IFSC_REQUIRED');
      // Of those that could be applied; what is wrong with a row itself is told first.
      if (!claims.take(owner.customer, index)) return failed('DUPLICATE_ROW');
      const fate = this.put(call, row, owner.customer, next);
      return { ...fate, row, outcome: fate.verdict, amount: patch.creditLimit ?? null };
    });
  }

  /** Begins to apply the contacts that come with a file of changes, behind its rows. */
  changeContacts(call: number, contacts: readonly DrawnContact[]): (index: number) => RowAnswer {
    return eachOf(contacts, ({ customer, patch, fault }, index) => {
      const row = index + FIRST_ROW;
      const failed = (outcome: string): RowAnswer => ({ ...FAILED, row, outcome, amount: null });
      const owner = this.ownerOf(customer, fault);
      if (typeof owner === 'string') return failed(owner);
      const next = withContact(owner.state.contacts, patch, `${call}.${row}`);
      if (typeof next === 'string') return failed(next);
      const fate = this.put(call, row, owner.customer, { ...owner.state, contacts: next });
      return { ...fate, row, outcome: fate.verdict, amount: null };
    });
  }

  /** Takes a call back; a customer comes back only while nobody else has its identity, and never below itself. */
  undo(undone: number, call: number): UndoCounts {
    return this.table.undo(undone, call, (customer, { source, sourceId, language, parent }, returns) => {
      if (this.isAbove(customer, parent)) return false;
      if (!returns || source === null || sourceId === null) return true;
      return this.find({ source, sourceId, language }).length === 0;
    });
  }

  /** The customer that a row of a file names; the code of the error when the row is at fault, or nobody can be changed. */
  private ownerOf(
    customer: string | null,
    fault: string | null,
  ): string | { readonly customer: string; readonly state: CustomerState } {
    if (fault !== null) return fault;
    const current = customer === null ? null : this.table.all.get(customer);
    if (customer === null || !current) return 'NOT_FOUND';
    return current.isGone ? 'CUSTOMER_DELETED' : { customer, state: current.state };
  }

  private put(call: number, row: number, customer: string, next: CustomerState): RowFate {
    const isNew = !this.table.all.has(customer);
    if (!this.table.put(call, row, customer, next)) return { verdict: 'unchanged', record: customer, version: null };
    const version = this.table.all.get(customer)?.version ?? null;
    return { verdict: isNew ? 'created' : 'updated', record: customer, version };
  }

  /** The parent a key names, of several languages the one of that language; the code of the error when there is none. */
  private parentOf(key: ItemKey, language: string | null, child: string): string | number {
    const found = this.find(key);
    const ofLanguage = found.filter((customer) => this.table.live(customer)?.state.language === language);
    const [parent] = found.length > 1 ? ofLanguage : found;
    if (parent === undefined) return found.length > 1 ? 60005 : 60007;
    return this.isAbove(child, parent) ? 10017 : parent;
  }

  /** True when a customer is the other one, or stands above it; those that are gone hold nobody together. */
  private isAbove(customer: string, other: string | null): boolean {
    const seen = new Set<string>();
    for (let next = other; next !== null && !seen.has(next); next = this.table.live(next)?.state.parent ?? null) {
      if (next === customer) return true;
      seen.add(next);
    }
    return false;
  }

  /** Whoever has a source, source id and language now. */
  holderOf([source, sourceId, language]: readonly unknown[]): string | null {
    const isHolder = ([, { state, isGone }]: [string, ModelRow<CustomerState>]): boolean =>
      !isGone && state.source === source && state.sourceId === sourceId && state.language === language;
    return [...this.table.all].find(isHolder)?.[0] ?? null;
  }

  private find(key: ItemKey): string[] {
    if ('customer' in key) return key.customer !== null && this.table.live(key.customer) !== null ? [key.customer] : [];
    const { source, sourceId, language } = key;
    return [...this.table.all]
      .filter(([, { state, isGone }]) => !isGone && state.source === source && state.sourceId === sourceId)
      .filter(([, { state }]) => language === null || state.language === language)
      .map(([customer]) => customer);
  }
}
