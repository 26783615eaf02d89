import 'reflect-metadata';
import type { Extension } from '../../src/platform/extensions/rollbook-extension';
import { ConfigError } from '../../src/platform/config/load-config';
import { EncryptionKeyRepository } from '../../src/platform/encryption/encryption-key.repository';
import { IndexRotationModule } from '../../src/platform/encryption/index-rotation.module';
import { KeyRegistry } from '../../src/platform/encryption/key-registry';
import { KeyRotation } from '../../src/platform/encryption/key-rotation';
import { createDatabase, describeEachEngine, TestDatabase } from '../support/engines';
import { RunningService, startService } from '../support/service';
import { createVault, Vault } from './encryption.fixtures';

const [SECRET, OTHER_SECRET] = ['Zk3vQ9pX7wLr2Tn8Yb5Hc1Jd6Mf4Gs0A', 'Jd6Mf4Gs0AZk3vQ9pX7wLr2Tn8Yb5Hc1'];
const [A, B, C] = [1, 2, 3].map((byte) => Buffer.alloc(32, byte).toString('base64')) as [string, string, string];
/** More than fit into one transaction of a rotation. */
const NUMBERS = 450;

const WRONG_SECRET =
  'APP_SECRET: is not the one whose key (app) the fields of this database are encrypted under; set the former one again (where none was set: the file app-secret of the former DATA_DIR). To change it, encrypt them under a key of ENCRYPTION_KEYS first: npm run cli -- keys rotate';
const lacks = (id: string) =>
  `ENCRYPTION_KEYS: lacks the key ${id}, under which fields of this database are encrypted; add it again behind the first one, and drop it only when it is retired: npm run cli -- keys rotate`;
const isAnother = (id: string) =>
  `ENCRYPTION_KEYS: holds another key under the id ${id} than the one fields of this database are encrypted under; put the former one back, and give a new key an id of its own: npm run cli -- keys generate`;
const INDEX_REMEDY =
  'or, with every process of the service stopped, make the indexes anew: npm run cli -- keys rotate --index';
const WRONG_INDEX_SECRET = `APP_SECRET: gives another key than the one the indexes of encrypted fields were made with; set the former BLIND_INDEX_KEY or APP_SECRET again, ${INDEX_REMEDY}`;
const WRONG_INDEX_KEY = `BLIND_INDEX_KEY: gives another key than the one the indexes of encrypted fields were made with; set the former BLIND_INDEX_KEY (or none, if there was none) again, ${INDEX_REMEDY}`;
const HALF_AN_INDEX =
  'the indexes of encrypted fields are only in part under a new key; finish that with: npm run cli -- keys rotate --index';

describeEachEngine('the keys of encrypted fields', (engine) => {
  let database: TestDatabase;
  let vault: Vault;
  const running = new Set<RunningService>();
  beforeEach(async () => {
    database = await createDatabase(engine);
    vault = createVault();
  });
  afterEach(async () => {
    for (const service of running) await service.stop();
    running.clear();
    await database.remove();
  });

  async function start(environment: Record<string, string>, ...extensions: Extension[]): Promise<RunningService> {
    // The key of the audit trail is none of those meant here.
    const settings = { AUDIT_KEY: C, ...environment };
    const service = await startService(engine, {
      database,
      environment: settings,
      extensions: [vault.module, ...extensions],
    });
    running.add(service);
    return service;
  }

  async function stop(service: RunningService): Promise<void> {
    await service.stop();
    running.delete(service);
  }

  /** Starts, does something, stops. */
  async function inService<T>(
    environment: Record<string, string>,
    work: (service: RunningService) => T | Promise<T>,
    ...extensions: Extension[]
  ): Promise<T> {
    const service = await start(environment, ...extensions);
    const result = await work(service);
    await stop(service);
    return result;
  }

  /** Faults for which the service does not start; none when it does. */
  async function faults(environment: Record<string, string>, ...extensions: Extension[]): Promise<readonly string[]> {
    try {
      await inService(environment, () => undefined, ...extensions);
      return [];
    } catch (error) {
      expect(error).toBeInstanceOf(ConfigError);
      return (error as ConfigError).faults;
    }
  }

  const recorded = async (service: RunningService) =>
    Object.fromEntries(
      (await service.app.get(KeyRegistry).list()).map(({ id, retiredAt, current }) => [
        id,
        retiredAt !== null ? 'retired' : current ? 'current' : 'opens',
      ]),
    );
  const owner = (service: RunningService) => service.app.get(vault.Owner, { strict: false });
  const fill = (service: RunningService) => owner(service).fill(NUMBERS);
  /** Those counts, beside the service's own columns. */
  const counts = (own: Record<string, number>): unknown => expect.objectContaining(own);
  const rotate = (service: RunningService) => service.app.get(KeyRotation).rotate();
  const rotateIndex = (service: RunningService) => service.app.get(KeyRotation).rotateIndex();
  const numbers = Array.from({ length: NUMBERS }, (_, index) => String(100_000_001 + index));

  describe('at the start', () => {
    it('are recorded on an empty database, once', async () => {
      const list = ({ app }: RunningService) => app.get(KeyRegistry).list();
      const first = await inService({ APP_SECRET: SECRET }, list);
      expect(first).toEqual([
        { id: 'app', createdAt: expect.any(Date), retiredAt: null, current: true },
        { id: 'blind-index', createdAt: expect.any(Date), retiredAt: null, current: true },
      ]);
      expect(await inService({ APP_SECRET: SECRET }, list)).toEqual(first);
    });

    it('are those kept in DATA_DIR where no secret is given, and found again', async () => {
      await inService({}, fill);
      expect(await inService({}, (service) => owner(service).read())).toEqual(numbers);
      expect(await faults({ APP_SECRET: SECRET })).toEqual([WRONG_SECRET, WRONG_INDEX_SECRET]);
    });

    it('are refused when they follow from another secret', async () => {
      await inService({ APP_SECRET: SECRET }, fill);
      expect(await faults({ APP_SECRET: OTHER_SECRET })).toEqual([WRONG_SECRET, WRONG_INDEX_SECRET]);
      expect(await faults({ APP_SECRET: OTHER_SECRET, ENCRYPTION_KEYS: `k1:${A}`, BLIND_INDEX_KEY: B })).toEqual([
        WRONG_SECRET,
        WRONG_INDEX_KEY,
      ]);
      // A refused start leaves no trace.
      expect(await inService({ APP_SECRET: SECRET }, recorded)).toEqual({ app: 'current', 'blind-index': 'current' });
    });

    it('open what the derived key has sealed when others are given', async () => {
      await inService({ APP_SECRET: SECRET }, fill);
      const service = await start({ APP_SECRET: SECRET, ENCRYPTION_KEYS: `k1:${A}` });
      expect(await recorded(service)).toEqual({ app: 'opens', 'blind-index': 'current', k1: 'current' });
      expect(owner(service).read()).toEqual(numbers);
      expect(owner(service).find(numbers[7]!)?.id).toBe(8);
    });

    it('are refused when one that was in use is missing, or another one stands under its id', async () => {
      const one = { APP_SECRET: SECRET, ENCRYPTION_KEYS: `k1:${A}` };
      await inService(one, fill);
      await inService({ ...one, ENCRYPTION_KEYS: `k2:${B},k1:${A}` }, fill);
      expect(await faults({ APP_SECRET: SECRET })).toEqual([lacks('k1'), lacks('k2')]);
      expect(await faults({ ...one, ENCRYPTION_KEYS: `k2:${B}` })).toEqual([lacks('k1')]);
      expect(await faults({ ...one, ENCRYPTION_KEYS: `k2:${B},k1:${C}` })).toEqual([isAnother('k1')]);
      expect(await faults({ ...one, ENCRYPTION_KEYS: `k2:${A},k1:${B}` })).toEqual([isAnother('k1'), isAnother('k2')]);
      // Their order, and more of them, are the operator's choice.
      expect(await faults({ ...one, ENCRYPTION_KEYS: `k3:${C},k1:${A},k2:${B}` })).toEqual([]);
    });

    it('may be recorded by two processes at once', async () => {
      const service = await start({ APP_SECRET: SECRET });
      // What a process sees that reads before the other one has written.
      jest.spyOn(service.app.get(EncryptionKeyRepository), 'list').mockResolvedValueOnce([]);
      await service.app.get(KeyRegistry).onModuleInit();
      expect(await recorded(service)).toEqual({ app: 'current', 'blind-index': 'current' });
    });
  });

  describe('when they are rotated', () => {
    const before = { APP_SECRET: SECRET, BLIND_INDEX_KEY: C };
    const after = { ...before, ENCRYPTION_KEYS: `k1:${A}` };

    it('seal everything anew and retire the former ones, which may then be dropped', async () => {
      await inService(before, fill);
      await inService(after, async (service) => {
        expect(await rotate(service)).toEqual({ resealed: counts({ 'vault.number': NUMBERS }), retired: ['app'] });
        expect(vault.rows.every(({ envelope }) => envelope.startsWith('v2.k1.'))).toBe(true);
        expect(await recorded(service)).toEqual({ app: 'retired', 'blind-index': 'current', k1: 'current' });
        expect(await rotate(service)).toEqual({ resealed: counts({ 'vault.number': 0 }), retired: [] });
      });
      const dropped = { ...after, APP_SECRET: OTHER_SECRET };
      expect(await inService(dropped, (service) => owner(service).read())).toEqual(numbers);
      await inService({ ...dropped, ENCRYPTION_KEYS: `k2:${B},k1:${A}` }, async (service) => {
        expect(await rotate(service)).toEqual({ resealed: counts({ 'vault.number': NUMBERS }), retired: ['k1'] });
      });
      const service = await start({ ...dropped, ENCRYPTION_KEYS: `k2:${B}` });
      expect(owner(service).read()).toEqual(numbers);
      expect(owner(service).find(numbers[9]!)?.id).toBe(10);
    });

    it('are not retired when it is killed on the way, and the next run goes on', async () => {
      await inService(before, fill);
      await inService(after, async (service) => {
        vault.callsLeft = 1;
        await expect(rotate(service)).rejects.toThrow('killed');
        vault.callsLeft = Infinity;
        expect(await recorded(service)).toEqual({ app: 'opens', 'blind-index': 'current', k1: 'current' });
      });
      const done = vault.rows.filter(({ envelope }) => envelope.startsWith('v2.k1.')).length;
      expect(done).toBeGreaterThan(0);
      expect(await faults({ ...after, APP_SECRET: OTHER_SECRET })).toEqual([WRONG_SECRET]);
      await inService(after, async (service) => {
        expect(owner(service).read()).toEqual(numbers);
        expect(await rotate(service)).toEqual({
          resealed: counts({ 'vault.number': NUMBERS - done }),
          retired: ['app'],
        });
        expect(owner(service).read()).toEqual(numbers);
      });
    });

    it('must be the recorded ones also when a retired one comes back, which then is in use again', async () => {
      await inService(after, fill);
      await inService({ ...before, ENCRYPTION_KEYS: `k2:${B},k1:${A}` }, rotate);
      expect(await faults({ ...before, ENCRYPTION_KEYS: `k1:${C},k2:${B}` })).toEqual([isAnother('k1')]);
      const back = { ...before, ENCRYPTION_KEYS: `k1:${A},k2:${B}` };
      expect(await inService(back, recorded)).toEqual({ 'blind-index': 'current', k1: 'current', k2: 'opens' });
      expect(await faults({ ...before, ENCRYPTION_KEYS: `k2:${B}` })).toEqual([lacks('k1')]);
    });

    it('reach the columns of all modules, each under a name of its own', async () => {
      const other = createVault('other.number');
      await inService(
        before,
        (service) => {
          fill(service);
          service.app.get(other.Owner, { strict: false }).fill(3);
        },
        other.module,
      );
      const rotated = await inService(after, rotate, other.module);
      expect(rotated.resealed).toEqual(counts({ 'vault.number': NUMBERS, 'other.number': 3 }));
      await expect(start(after, createVault('other.number').module, other.module)).rejects.toThrow(
        'Owner and Owner both own the sealed column other.number',
      );
    });
  });

  describe('of indexes', () => {
    const before = { APP_SECRET: SECRET };
    const after = { ...before, BLIND_INDEX_KEY: A };

    it('are replaced by making all indexes anew', async () => {
      await inService(before, fill);
      expect(await faults(after)).toEqual([WRONG_INDEX_KEY]);
      const done = await inService(after, rotateIndex, IndexRotationModule);
      expect(done).toEqual({ reindexed: counts({ 'vault.number': NUMBERS }) });
      expect(await faults(before)).toEqual([WRONG_INDEX_SECRET]);
      const service = await start(after);
      expect(numbers.map((number) => owner(service).find(number)?.id)).toEqual(vault.rows.map(({ id }) => id));
    });

    it('let no service start from the first step to the last, and the next run goes on', async () => {
      await inService(before, fill);
      await inService(
        after,
        async (service) => {
          vault.callsLeft = 1;
          await expect(rotateIndex(service)).rejects.toThrow('killed');
          vault.callsLeft = Infinity;
        },
        IndexRotationModule,
      );
      expect(await faults(before)).toEqual([`APP_SECRET: ${HALF_AN_INDEX}`]);
      expect(await faults(after)).toEqual([`BLIND_INDEX_KEY: ${HALF_AN_INDEX}`]);
      // Under the former key just as well: whoever changes their mind loses nothing.
      await inService(before, rotateIndex, IndexRotationModule);
      expect(await faults(before)).toEqual([]);
      await inService(after, rotateIndex, IndexRotationModule);
      const service = await start(after);
      expect(owner(service).find(numbers.at(-1)!)?.id).toBe(NUMBERS);
    });

    it('are the only ones that may differ then', async () => {
      await inService(before, fill);
      expect(await faults({ ...after, APP_SECRET: OTHER_SECRET }, IndexRotationModule)).toEqual([WRONG_SECRET]);
    });
  });
});
