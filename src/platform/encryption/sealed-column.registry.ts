import { Injectable, OnModuleInit } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';

/** What one call of `reindex` came to. */
export interface ReindexStep {
  /** Values it looked at. */
  readonly count: number;
  /** Database id of the last of them. */
  readonly lastId: number;
}

/** Whoever keeps a column of sealed values, and knows how to seal them anew. */
export interface SealedColumnOwner {
  /** `table.column`, for people and for `BlindIndex.of`. */
  readonly name: string;

  /**
   * Seals up to `limit` values anew that are not as `FieldCipher.isCurrent` wants them, deleted records included, in one
   * transaction that holds their rows. Gives how many it sealed; 0 when none is left.
   */
  reseal(limit: number): Promise<number>;

  /**
   * Makes the blind indexes of up to `limit` values anew, deleted records included, in one transaction: those with a
   * database id above `afterId`, in order of the id, whatever their index is. Null when there was none, and at once for a
   * column without index.
   */
  reindex(limit: number, afterId: number): Promise<ReindexStep | null>;
}

/** Registers an injectable class that implements `SealedColumnOwner`, so that rotating the keys reaches its values. */
export const SealedColumn = DiscoveryService.createDecorator();

/** Knows the owners of sealed columns of all modules. */
@Injectable()
export class SealedColumnRegistry implements OnModuleInit {
  private readonly owners = new Map<string, SealedColumnOwner>();

  constructor(private readonly discovery: DiscoveryService) {}

  /** @throws Error when two owners have the same name: one of them would be passed over. */
  onModuleInit(): void {
    for (const provider of this.discovery.getProviders()) {
      if (this.discovery.getMetadataByDecorator(SealedColumn, provider) === undefined) continue;
      const owner = provider.instance as SealedColumnOwner;
      const other = this.owners.get(owner.name);
      if (other !== undefined && other !== owner) {
        throw new Error(`${other.constructor.name} and ${provider.name} both own the sealed column ${owner.name}`);
      }
      this.owners.set(owner.name, owner);
    }
  }

  list(): SealedColumnOwner[] {
    return [...this.owners.values()];
  }
}
