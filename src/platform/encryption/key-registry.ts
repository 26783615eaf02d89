import { Inject, Injectable, OnModuleInit, Optional } from '@nestjs/common';
import { RESERVED_KEY_IDS } from '../config/encryption-keys.validator';
import { AuditTrail } from '../audit/audit-trail';
import { ConfigError } from '../config/load-config';
import { uniqueViolation } from '../database/driver-error';
import { UnitOfWork } from '../database/unit-of-work';
import { EncryptionKeyRepository } from './encryption-key.repository';
import { INDEX_ROTATION } from './index-rotation.module';
import { INDEX_IN_ROTATION, KeyCheck } from './key-check';

/** A recorded key, without the key. */
export interface RecordedKey {
  readonly id: string;
  readonly createdAt: Date;
  readonly retiredAt: Date | null;
  /** Seals, or makes the indexes. */
  readonly current: boolean;
}

/**
 * Keeps record of the keys that values of this database are sealed under, and lets no process start that lacks one: it
 * could not read what is stored, and would store what the others cannot read.
 */
@Injectable()
export class KeyRegistry implements OnModuleInit {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly keys: EncryptionKeyRepository,
    private readonly check: KeyCheck,
    private readonly trail: AuditTrail,
    @Optional() @Inject(INDEX_ROTATION) private readonly rotatesIndex = false,
  ) {}

  /** Records the keys that are new. @throws ConfigError naming each key that is missing or another one than recorded. */
  async onModuleInit(): Promise<void> {
    try {
      await this.verify();
    } catch (error) {
      if (uniqueViolation(error) === null) throw error;
      // Another process that starts just now recorded its keys first: they count.
      await this.verify();
    }
  }

  /** All keys ever used, oldest first. */
  async list(): Promise<RecordedKey[]> {
    const recorded = await this.unitOfWork.read((transaction) => this.keys.list(transaction));
    const used: readonly string[] = this.usedIds();
    return recorded.map(({ keyId, createdAt, retiredAt }) => ({
      id: keyId,
      createdAt,
      retiredAt,
      current: used.includes(keyId),
    }));
  }

  /** Retires all keys that open but no longer seal, and gives their ids. Nothing may be sealed under them any more. */
  retireOthers(): Promise<string[]> {
    return this.unitOfWork.run((transaction) => this.keys.retireAllBut(transaction, this.usedIds()));
  }

  /** From here on until `endIndexRotation` no process starts, under the old index key or the new one. */
  beginIndexRotation(): Promise<void> {
    return this.setIndexCheck(INDEX_IN_ROTATION);
  }

  /** Records the blind index key of this process as the one that all indexes are made with. */
  endIndexRotation(): Promise<void> {
    return this.setIndexCheck(this.check.index());
  }

  private setIndexCheck(value: string): Promise<void> {
    return this.unitOfWork.run((transaction) =>
      this.keys.replaceCheckValue(transaction, RESERVED_KEY_IDS.blindIndex, value),
    );
  }

  private usedIds(): string[] {
    return [this.check.currentId, RESERVED_KEY_IDS.blindIndex];
  }

  private async verify(): Promise<void> {
    const recorded = await this.unitOfWork.read((transaction) => this.keys.list(transaction));
    const faults = this.check.sealingFaults(recorded);
    if (!this.rotatesIndex) faults.push(...this.check.indexFaults(recorded));
    faults.push(...(await this.trail.open()));
    if (faults.length > 0) throw new ConfigError(faults);

    const { currentId } = this.check;
    const current = recorded.find(({ keyId }) => keyId === currentId);
    const isIndexKnown = recorded.some(({ keyId }) => keyId === RESERVED_KEY_IDS.blindIndex);
    if (current?.retiredAt === null && isIndexKnown) return;
    await this.unitOfWork.run(async (transaction) => {
      if (current === undefined) await this.keys.insert(transaction, currentId, this.check.current());
      else await this.keys.revive(transaction, currentId);
      if (!isIndexKnown) {
        await this.keys.insert(transaction, RESERVED_KEY_IDS.blindIndex, this.check.index());
      }
    });
  }
}
