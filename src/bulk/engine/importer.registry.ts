import { Injectable, OnModuleInit } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import { UndoImporter } from '../undo/undo.importer';
import type { BulkImporter } from './bulk-importer.contract';

/** Registers an injectable class that implements `BulkImporter` under the name of its target, such as `customer.update`. */
export const BulkImporterProvider = DiscoveryService.createDecorator<{ readonly target: string }>();

/** Before the target of an importer: the importer that takes back what jobs of that one did. */
export const UNDO_PREFIX = 'undo:';

/** Knows the importers of all modules. */
@Injectable()
export class ImporterRegistry implements OnModuleInit {
  private readonly importers = new Map<string, BulkImporter>();

  constructor(private readonly discovery: DiscoveryService) {}

  /** @throws Error when two importers claim the same target. */
  onModuleInit(): void {
    for (const provider of this.discovery.getProviders()) {
      const metadata = this.discovery.getMetadataByDecorator(BulkImporterProvider, provider);
      if (metadata === undefined) continue;
      const other = this.importers.get(metadata.target);
      if (other !== undefined) {
        throw new Error(
          `Importers ${other.constructor.name} and ${provider.name} both claim the target ${metadata.target}`,
        );
      }
      this.importers.set(metadata.target, provider.instance as BulkImporter);
    }
  }

  /** @throws Error for a target nobody registered: that is a fault of the program, not of a request. */
  get(target: string): BulkImporter {
    if (target.startsWith(UNDO_PREFIX)) {
      const { ledger } = this.get(target.slice(UNDO_PREFIX.length));
      if (ledger === undefined) throw new Error(`${target} cannot take anything back: its importer has no ledger`);
      return new UndoImporter(ledger);
    }
    const importer = this.importers.get(target);
    if (importer === undefined) throw new Error(`No importer is registered for ${target}`);
    return importer;
  }
}
