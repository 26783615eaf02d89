import { Cipher, createCipheriv, KeyObject } from 'node:crypto';

/** What AES-256-GCM seals a message under. */
export interface GcmInputs {
  readonly key: KeyObject | Buffer;
  /** 96 bits, the length GCM is made for (NIST SP 800-38D, 5.2.1.1). */
  readonly nonce: Buffer;
}

/** How a key and the nonce of an envelope come to the inputs of AES-256-GCM. */
export interface NonceScheme {
  readonly nonceBytes: number;
  inputs(key: KeyObject, nonce: Buffer): GcmInputs;
}

const BLOCK_BYTES = 16;
const CONTEXT_BYTES = 12;
/** The letter X. */
const LABEL = 0x58;

/** The nonce is that of GCM: no more than 2^32 random ones under a key (NIST SP 800-38D, 8.3). */
export const PLAIN: NonceScheme = { nonceBytes: 12, inputs: (key, nonce) => ({ key, nonce }) };

/**
 * XAES-256-GCM (https://c2sp.org/XAES-256-GCM): each message has a key of its own, derived from the key and the first half
 * of the nonce by the KDF of NIST SP 800-108r1 over CMAC; the second half is the nonce of GCM. Of 2^80 messages under one
 * key two share both with a chance of 2^-32, so that nobody has to count them.
 */
export const EXTENDED: NonceScheme = {
  nonceBytes: 24,
  inputs(key, nonce) {
    const derived = (DERIVATIONS.get(key) ?? new KeyDerivation(key)).derive(nonce);
    return { key: derived, nonce: nonce.subarray(CONTEXT_BYTES) };
  },
};

/** Derives the keys of messages from one key. Kept with the key: to set a cipher up takes longer than to derive. */
class KeyDerivation {
  /** AES on single blocks, one as independent of the other as if each had a cipher of its own. */
  private readonly aes: Cipher;
  private readonly subkey: Buffer;

  constructor(key: KeyObject) {
    this.aes = createCipheriv('aes-256-ecb', key, null);
    this.subkey = cmacSubkey(this.aes.update(Buffer.alloc(BLOCK_BYTES)));
    DERIVATIONS.set(key, this);
  }

  derive(nonce: Buffer): Buffer {
    // A single block for each half of the key, so that its CMAC is one block of AES.
    const blocks = Buffer.alloc(2 * BLOCK_BYTES);
    for (const counter of [1, 2]) {
      const start = (counter - 1) * BLOCK_BYTES;
      blocks.set([0, counter, LABEL, 0], start);
      nonce.copy(blocks, start + BLOCK_BYTES - CONTEXT_BYTES, 0, CONTEXT_BYTES);
    }
    return this.aes.update(blocks.map((byte, at) => byte ^ (this.subkey[at % BLOCK_BYTES] ?? 0)));
  }
}

const DERIVATIONS = new WeakMap<KeyObject, KeyDerivation>();

/** K1 of NIST SP 800-38B, 6.1: the encrypted zero block, doubled in GF(2^128). */
function cmacSubkey(zeroBlock: Buffer): Buffer {
  const bits = BigInt(`0x${zeroBlock.toString('hex')}`);
  const doubled = BigInt.asUintN(128, bits << 1n) ^ (bits >> 127n === 1n ? 0x87n : 0n);
  return Buffer.from(doubled.toString(16).padStart(2 * BLOCK_BYTES, '0'), 'hex');
}
