import { Injectable, OnModuleInit } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import { AppError, defineError } from '../../platform/errors/app-error';
import type { Scope } from '../../platform/auth/scopes';
import { UndoImporter } from '../undo/undo.importer';
import type { BulkImporter } from './bulk-importer.contract';

/** How files for an importer come in under `/api/v0/bulk/{target}`. */
export interface ImporterRoute {
  /** What a file holds, such as `Loyalty cards`. */
  readonly title: string;
  /** Scope a token must hold to upload; that of the card unless said otherwise, `jobs:write` where it names none. */
  readonly scope?: Scope;
}

/** What an importer says of itself. */
export interface ImporterCard {
  /** Name of what it takes, such as `customer.update`; two words with a point between them where it has a route. */
  readonly target: string;
  /** Scope the caller of a job must hold as long as it runs; that of the route where there is one. */
  readonly scope?: Scope;
  /** Absent for one whose rows come in through a controller of its own. */
  readonly route?: ImporterRoute;
}

/** An importer that has a route. */
export interface RoutedImporter {
  readonly target: string;
  readonly title: string;
  readonly scope: Scope;
  readonly importer: BulkImporter;
}

/** Registers an injectable class that implements `BulkImporter` under the name of its target. */
export const BulkImporterProvider = DiscoveryService.createDecorator<ImporterCard>();

/** The job is of an importer that is not installed any more. */
export class ImporterMissing extends defineError('IMPORTER_MISSING', 'UNPROCESSABLE_REQUEST', 409) {}

/** Nothing takes files under that name. */
export class ImporterNotFound extends defineError('IMPORTER_NOT_FOUND', 'RECORD_NOT_FOUND') {}

/** With a point in it, a target is never taken for one of the service's own routes. */
const ROUTED_TARGET = /^[a-z][a-z0-9-]{0,39}\.[a-z][a-z0-9-]{0,39}$/;
const DEFAULT_SCOPE: Scope = 'jobs:write';
/** As many characters as are stored of it, less those of `undo:`. */
const LONGEST_TARGET = 55;
/** Of a table behind the first: it becomes part of the names of its result files. */
const TABLE_NAME = /^[A-Za-z]+$/;

/** Before the target of an importer: the importer that takes back what jobs of that one did. */
export const UNDO_PREFIX = 'undo:';

/** Knows the importers of all modules. */
@Injectable()
export class ImporterRegistry implements OnModuleInit {
  private readonly importers = new Map<string, BulkImporter>();
  private readonly scopes = new Map<string, Scope>();
  private readonly routed = new Map<string, RoutedImporter>();

  constructor(private readonly discovery: DiscoveryService) {}

  /** @throws Error when two importers claim the same target, or a target cannot be part of a URL. */
  onModuleInit(): void {
    for (const provider of this.discovery.getProviders()) {
      const card = this.discovery.getMetadataByDecorator(BulkImporterProvider, provider);
      if (card === undefined) continue;
      const other = this.importers.get(card.target);
      if (other !== undefined) {
        throw new Error(
          `Importers ${other.constructor.name} and ${provider.name} both claim the target ${card.target}`,
        );
      }
      this.add(card, provider.instance as BulkImporter);
    }
  }

  /** @throws ImporterMissing for a target nobody registered, as that of a job whose extension was removed */
  get(target: string): BulkImporter {
    if (target.startsWith(UNDO_PREFIX)) {
      const { ledger } = this.get(target.slice(UNDO_PREFIX.length));
      if (ledger === undefined) throw new Error(`${target} cannot take anything back: its importer has no ledger`);
      return new UndoImporter(ledger);
    }
    const importer = this.importers.get(target);
    if (importer !== undefined) return importer;
    throw new ImporterMissing(
      `This service has nothing installed for ${target} any more, which the job is of; the operator must put the extension back.`,
    );
  }

  /** Scope the caller of a job needs, also of one that takes back what jobs of that target did; null: none is known. */
  scopeOf(target: string): Scope | null {
    return this.scopes.get(target.replace(UNDO_PREFIX, '')) ?? null;
  }

  /** The importer whose route a request names. @throws ImporterNotFound */
  getRouted(target: string): RoutedImporter {
    const routed = this.routed.get(target);
    if (routed === undefined) throw importerNotFound();
    return routed;
  }

  /** All importers that have a route, by target. */
  listRouted(): RoutedImporter[] {
    return [...this.routed.values()].sort((a, b) => (a.target < b.target ? -1 : 1));
  }

  private add({ target, route, scope }: ImporterCard, importer: BulkImporter): void {
    this.importers.set(target, importer);
    const { name } = importer.constructor;
    if (target.length > LONGEST_TARGET) {
      throw new Error(`The target ${target} of ${name} is longer than ${LONGEST_TARGET} characters; shorten it`);
    }
    for (const table of importer.tables.slice(1)) {
      if (TABLE_NAME.test(table.name)) continue;
      throw new Error(`The table "${table.name}" of ${name} names result files; use letters of A to Z alone`);
    }
    if (scope !== undefined) this.scopes.set(target, scope);
    if (route === undefined) return;
    if (!ROUTED_TARGET.test(target)) {
      throw new Error(
        `The target ${target} of ${name} has a route: name it with two words of a-z, 0-9 and -, with a point between them`,
      );
    }
    const ofRoute = route.scope ?? scope ?? DEFAULT_SCOPE;
    if (scope !== undefined && scope !== ofRoute) {
      throw new Error(`${name} asks for ${scope} and its route for ${ofRoute}; give one of both`);
    }
    this.scopes.set(target, ofRoute);
    this.routed.set(target, { target, title: route.title, scope: ofRoute, importer });
  }
}

/** The words for a target without a route. */
export function importerNotFound(): AppError {
  return new ImporterNotFound('Nothing takes files under this name; the documentation lists what does.');
}
