import { Injectable } from '@nestjs/common';
import { In, IsNull, Not } from 'typeorm';
import { Transaction } from '../database/transaction';
import { EncryptionKey } from './encryption-key.entity';

/** Reads and writes of the record of keys. */
@Injectable()
export class EncryptionKeyRepository {
  /** All keys ever used, oldest first. */
  list(transaction: Transaction): Promise<EncryptionKey[]> {
    return transaction.find(EncryptionKey, { order: { createdAt: 'ASC', keyId: 'ASC' } });
  }

  async insert(transaction: Transaction, keyId: string, checkValue: string): Promise<void> {
    await transaction.insert(EncryptionKey, { keyId, checkValue, createdAt: new Date(), retiredAt: null });
  }

  /** Puts a retired key into use again. */
  async revive(transaction: Transaction, keyId: string): Promise<void> {
    await transaction.update(EncryptionKey, { keyId }, { retiredAt: null });
  }

  async replaceCheckValue(transaction: Transaction, keyId: string, checkValue: string): Promise<void> {
    await transaction.update(EncryptionKey, { keyId }, { checkValue });
  }

  /** Retires all keys but those and gives the ids of the ones that were in use. */
  async retireAllBut(transaction: Transaction, keyIds: readonly string[]): Promise<string[]> {
    const others = { keyId: Not(In(keyIds)), retiredAt: IsNull() };
    const retired = await transaction.find(EncryptionKey, { where: others, order: { createdAt: 'ASC', keyId: 'ASC' } });
    await transaction.update(EncryptionKey, others, { retiredAt: new Date() });
    return retired.map(({ keyId }) => keyId);
  }
}
