import { Global, Module } from '@nestjs/common';

/** Injection token; there when this process was started to replace the blind index key. */
export const INDEX_ROTATION = Symbol('INDEX_ROTATION');

/**
 * Lets the service start under another blind index key than the recorded one, for `KeyRotation.rotateIndex` and nothing
 * else: until that is done, records are not found by encrypted fields.
 */
@Global()
@Module({ providers: [{ provide: INDEX_ROTATION, useValue: true }], exports: [INDEX_ROTATION] })
export class IndexRotationModule {}
