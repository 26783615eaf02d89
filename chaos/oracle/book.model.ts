import { type DrawnContact, withContact } from './contact.state';
import { type AddressPatch, type CustomerState, NOBODY, withAddresses, withName } from './customer.state';
import { ModelTable, type UndoCounts } from './model-table';
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
export interface ItemAnswer {
  readonly action: 'create' | 'update';
  readonly customer: string | null;
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
export interface RowAnswer {
  readonly row: number;
  readonly customer: string | null;
  readonly outcome: string;
  readonly amount: string | null;
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

  /** Applies the items of a commerce call in order; items for one customer are known by the words they name it with. */
  upsert(call: number, items: readonly DrawnItem[], rule: DuplicateRule): ItemAnswer[] {
    const names = items.map(({ key }) => JSON.stringify(key));
    const claims = new RowClaims(rule, names);
    return items.map(({ key, patch, addresses, parent: parentKey }, index) => {
      // Nobody looks whether such an item would have met a customer.
      const missed = 'source' in key ? 'create' : 'update';
      if (!claims.take(names[index] ?? '', index)) return { action: missed, customer: null, code: 10017 };
      const found = this.find(key);
      const action = found.length === 0 && 'source' in key ? 'create' : 'update';
      const refused = (code: number): ItemAnswer => ({ action, customer: null, code });
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
      this.table.put(call, index + 1, customer, withName(next));
      return { action, customer, code: null };
    });
  }

  /** Applies a file of changes; `first` means the first row of a customer that can be applied. */
  change(call: number, rows: readonly DrawnRow[], rule: DuplicateRule): RowAnswer[] {
    const isKnown = (customer: string): boolean => this.table.all.has(customer);
    const claims = new RowClaims(
      rule,
      rows.map(({ customer, fault }) => (fault === null && customer !== null && isKnown(customer) ? customer : null)),
    );
    return rows.map(({ customer, patch, fault }, index): RowAnswer => {
      const row = index + FIRST_ROW;
      const failed = (outcome: string): RowAnswer => ({ row, customer: null, outcome, amount: null });
      if (fault !== null) return failed(fault);
      const current = customer === null ? null : this.table.all.get(customer);
      if (customer === null || !current) return failed('NOT_FOUND');
      if (current.isGone) return failed('CUSTOMER_DELETED');
      const next = { ...current.state, ...patch, isNamed: current.state.isNamed || patch.legalName !== undefined };
      if ((next.accountNumber === null) !== (next.ifsc === null)) return failed('IFSC_REQUIRED');
      // Of those that could be applied; what is wrong with a row itself is told first.
      if (!claims.take(customer, index)) return failed('DUPLICATE_ROW');
      const isChanged = this.table.put(call, row, customer, next);
      return { row, customer, outcome: isChanged ? 'updated' : 'unchanged', amount: patch.creditLimit ?? null };
    });
  }

  /** Applies the contacts that come with a file of changes, behind its rows. */
  changeContacts(call: number, contacts: readonly DrawnContact[]): RowAnswer[] {
    return contacts.map(({ customer, patch, fault }, index): RowAnswer => {
      const row = index + FIRST_ROW;
      const failed = (outcome: string): RowAnswer => ({ row, customer: null, outcome, amount: null });
      if (fault !== null) return failed(fault);
      const current = customer === null ? null : this.table.all.get(customer);
      if (customer === null || !current) return failed('NOT_FOUND');
      if (current.isGone) return failed('CUSTOMER_DELETED');
      const next = withContact(current.state.contacts, patch, `${call}.${row}`);
      if (typeof next === 'string') return failed(next);
      const isChanged = this.table.put(call, row, customer, { ...current.state, contacts: next });
      return { row, customer, outcome: isChanged ? 'updated' : 'unchanged', amount: null };
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

  private find(key: ItemKey): string[] {
    if ('customer' in key) return key.customer !== null && this.table.live(key.customer) !== null ? [key.customer] : [];
    const { source, sourceId, language } = key;
    return [...this.table.all]
      .filter(([, { state, isGone }]) => !isGone && state.source === source && state.sourceId === sourceId)
      .filter(([, { state }]) => language === null || state.language === language)
      .map(([customer]) => customer);
  }
}
