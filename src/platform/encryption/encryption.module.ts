import { Global, Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { BlindIndex } from './blind-index';
import { EncryptionKeyRepository } from './encryption-key.repository';
import { FieldCipher } from './field-cipher';
import { KeyCheck } from './key-check';
import { KeyRegistry } from './key-registry';
import { KeyRing } from './key-ring';
import { KeyRotation } from './key-rotation';
import { SealedColumnRegistry } from './sealed-column.registry';

/** Encryption of single fields at rest, the record of its keys, and their rotation. */
@Global()
@Module({
  imports: [DiscoveryModule],
  providers: [
    BlindIndex,
    EncryptionKeyRepository,
    FieldCipher,
    KeyCheck,
    KeyRegistry,
    KeyRing,
    KeyRotation,
    SealedColumnRegistry,
  ],
  exports: [BlindIndex, FieldCipher, KeyRegistry, KeyRotation],
})
export class EncryptionModule {}
