import { createCipheriv, createHash, createSecretKey } from 'node:crypto';
import { EXTENDED, GcmInputs } from '../../src/platform/encryption/gcm-inputs';

// Vectors of https://c2sp.org/XAES-256-GCM.
const NONCE = 'ABCDEFGHIJKLMNOPQRSTUVWX';
const TEXT = 'XAES-256-GCM';

function inputsOf(key: Buffer, nonce: Buffer): GcmInputs {
  return EXTENDED.inputs(createSecretKey(key), nonce);
}

function seal({ key, nonce }: GcmInputs, text: Buffer, associated: Buffer): Buffer {
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  cipher.setAAD(associated);
  return Buffer.concat([cipher.update(text), cipher.final(), cipher.getAuthTag()]);
}

describe('the extended nonce', () => {
  it.each([
    {
      // The first bit of the encrypted zero block is 0.
      byte: 1,
      derived: 'c8612c9ed53fe43e8e005b828a1631a0bbcb6ab2f46514ec4f439fcfd0fa969b',
      associated: '',
      sealed: 'ce546ef63c9cc60765923609b33a9a1974e96e52daf2fcf7075e2271',
    },
    {
      // It is 1.
      byte: 3,
      derived: 'e9c621d4cdd9b11b00a6427ad7e559aeedd66b3857646677748f8ca796cb3fd8',
      associated: 'c2sp.org/XAES-256-GCM',
      sealed: '986ec1832593df5443a179437fd083bf3fdb41abd740a21f71eb769d',
    },
  ])('derives key and nonce of the published vector of key $byte', ({ byte, derived, associated, sealed }) => {
    const inputs = inputsOf(Buffer.alloc(32, byte), Buffer.from(NONCE));
    expect(inputs.key).toEqual(Buffer.from(derived, 'hex'));
    expect(inputs.nonce.toString()).toBe('MNOPQRSTUVWX');
    expect(seal(inputs, Buffer.from(TEXT), Buffer.from(associated)).toString('hex')).toBe(sealed);
  });

  it('comes to the published hash of 10,000 drawn messages', () => {
    const messages = 10_000;
    // The stream of SHAKE-128 of nothing, as far as the longest messages would reach.
    const stream = createHash('shake128', { outputLength: messages * (32 + 24 + 2 * 256) }).digest();
    let at = 0;
    const next = (bytes: number) => stream.subarray(at, (at += bytes));
    const counted = () => next(next(1).readUInt8());
    const hash = createHash('shake128', { outputLength: 32 });
    for (let count = 0; count < messages; count++) {
      const inputs = inputsOf(next(32), next(24));
      const text = counted();
      hash.update(seal(inputs, text, counted()));
    }
    expect(hash.digest('hex')).toBe('e6b9edf2df6cec60c8cbd864e2211b597fb69a529160cd040d56c0c210081939');
  });
});
