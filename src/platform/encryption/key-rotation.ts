import { Injectable } from '@nestjs/common';
import { AuditTrail } from '../audit/audit-trail';
import { KeyRegistry } from './key-registry';
import { SealedColumnOwner, SealedColumnRegistry } from './sealed-column.registry';

/** Values in one transaction: short enough to keep no request of a running service waiting. */
const BATCH = 200;

/** Brings what is stored under the present keys, so that former ones can be dropped. Killed on the way, it just runs again. */
@Injectable()
export class KeyRotation {
  constructor(
    private readonly columns: SealedColumnRegistry,
    private readonly registry: KeyRegistry,
    private readonly trail: AuditTrail,
  ) {}

  /**
   * Seals all values under the current key and retires the other ones. Services may run meanwhile, but only such as
   * already seal under the current key. Gives the values by column and the keys that may be dropped.
   */
  async rotate(): Promise<{ resealed: Record<string, number>; retired: string[] }> {
    const resealed = await this.countByColumn(resealAll);
    const retired = await this.registry.retireOthers();
    await this.trail.recordApart({ actor: 'operator', action: 'keys.rotated', subject: retired.join(' ') });
    return { resealed, retired };
  }

  /**
   * Makes all blind indexes anew under the present key, from the start each time it runs. No service may run meanwhile:
   * it would neither find the new indexes nor make such. From its first step to its last no service starts either. Gives
   * the values by column.
   */
  async rotateIndex(): Promise<{ reindexed: Record<string, number> }> {
    await this.registry.beginIndexRotation();
    const reindexed = await this.countByColumn(reindexAll);
    await this.registry.endIndexRotation();
    await this.trail.recordApart({ actor: 'operator', action: 'index-key.rotated' });
    return { reindexed };
  }

  private async countByColumn(work: (owner: SealedColumnOwner) => Promise<number>): Promise<Record<string, number>> {
    const counts: Record<string, number> = {};
    for (const owner of this.columns.list()) counts[owner.name] = await work(owner);
    return counts;
  }
}

async function resealAll(owner: SealedColumnOwner): Promise<number> {
  let total = 0;
  for (;;) {
    const count = await owner.reseal(BATCH);
    if (count === 0) return total;
    total += count;
  }
}

async function reindexAll(owner: SealedColumnOwner): Promise<number> {
  let total = 0;
  let afterId = 0;
  for (;;) {
    const step = await owner.reindex(BATCH, afterId);
    if (step === null) return total;
    total += step.count;
    afterId = step.lastId;
  }
}
