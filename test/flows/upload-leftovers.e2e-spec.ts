import { mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createDatabase } from '../support/engines';
import { startService } from '../support/service';

it('An upload that a crash left behind is removed at the next start, one that may be under way is not', async () => {
  const database = await createDatabase('sqlite');
  const uploads = join(database.dataDir, 'uploads');
  mkdirSync(uploads);
  writeFileSync(join(uploads, 'old'), 'x');
  writeFileSync(join(uploads, 'new'), 'x');
  const twoHoursAgo = new Date(Date.now() - 2 * 60 * 60 * 1000);
  utimesSync(join(uploads, 'old'), twoHoursAgo, twoHoursAgo);
  const service = await startService('sqlite', { database });
  expect(readdirSync(uploads)).toEqual(['new']);
  await service.stop();
  await database.remove();
});
