import { createCipheriv, randomBytes } from 'node:crypto';
import { Injectable, Module, Type } from '@nestjs/common';
import { BlindIndex } from '../../src/platform/encryption/blind-index';
import { EncryptionModule } from '../../src/platform/encryption/encryption.module';
import { FieldCipher, SealedPlace } from '../../src/platform/encryption/field-cipher';
import { ReindexStep, SealedColumn, SealedColumnOwner } from '../../src/platform/encryption/sealed-column.registry';

const COMPANY = 7;

/** A row as a database would hold it. */
interface StoredNumber {
  readonly id: number;
  envelope: string;
  index: string;
}

/** A sealed column in memory, which outlives the services that work on it. */
export interface Vault {
  readonly rows: StoredNumber[];
  /** Calls of `reseal` and `reindex` that may succeed before one fails, as a process that is killed. */
  callsLeft: number;
  /** Module of the column's owner. */
  readonly module: Type;
  readonly Owner: Type<VaultOwner>;
}

export interface VaultOwner extends SealedColumnOwner {
  /** Stores that many numbers. */
  fill(count: number): void;
  /** All numbers, decrypted. */
  read(): string[];
  find(number: string): StoredNumber | undefined;
}

/** A text as former releases sealed it, under a key of ENCRYPTION_KEYS (base64). */
export function sealAsFormerly(text: string, place: SealedPlace, keyId: string, key: string): string {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', Buffer.from(key, 'base64'), nonce);
  const { table, column, companyRef, id } = place;
  cipher.setAAD(Buffer.from(JSON.stringify(['v1', keyId, table, column, companyRef, id])));
  const sealed = Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
  return `v1.${keyId}.${sealed.toString('base64url')}`;
}

const numberOf = (id: number) => String(100_000_000 + id);

/** An empty column of that name with its owner. */
export function createVault(name = 'vault.number'): Vault {
  const vault = { rows: [] as StoredNumber[], callsLeft: Infinity };
  const placeOf = ({ id }: { id: number }) => ({
    table: 'vault',
    column: 'number',
    companyRef: COMPANY,
    id: numberOf(id),
  });

  @SealedColumn()
  @Injectable()
  class Owner implements VaultOwner {
    readonly name = name;

    constructor(
      private readonly cipher: FieldCipher,
      private readonly blindIndex: BlindIndex,
    ) {}

    fill(count: number): void {
      for (let made = 0; made < count; made++) {
        const id = vault.rows.length + 1;
        const envelope = this.cipher.seal(numberOf(id), placeOf({ id }));
        vault.rows.push({ id, envelope, index: this.indexOf(numberOf(id)) });
      }
    }

    read(): string[] {
      return vault.rows.map((row) => this.cipher.open(row.envelope, placeOf(row)));
    }

    find(number: string): StoredNumber | undefined {
      return vault.rows.find(({ index }) => index === this.indexOf(number));
    }

    reseal(limit: number): Promise<number> {
      this.countCall();
      const old = vault.rows.filter(({ envelope }) => !this.cipher.isCurrent(envelope)).slice(0, limit);
      for (const row of old) {
        row.envelope = this.cipher.seal(this.cipher.open(row.envelope, placeOf(row)), placeOf(row));
      }
      return Promise.resolve(old.length);
    }

    reindex(limit: number, afterId: number): Promise<ReindexStep | null> {
      this.countCall();
      const rows = vault.rows.filter(({ id }) => id > afterId).slice(0, limit);
      for (const row of rows) row.index = this.indexOf(this.cipher.open(row.envelope, placeOf(row)));
      const last = rows.at(-1);
      return Promise.resolve(last === undefined ? null : { count: rows.length, lastId: last.id });
    }

    private indexOf(number: string): string {
      return this.blindIndex.of(number, COMPANY, name);
    }

    private countCall(): void {
      if (vault.callsLeft-- <= 0) throw new Error('killed');
    }
  }

  @Module({ imports: [EncryptionModule], providers: [Owner] })
  class VaultModule {}
  return Object.assign(vault, { module: VaultModule, Owner });
}
