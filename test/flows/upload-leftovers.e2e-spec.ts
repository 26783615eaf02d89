import { existsSync, mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bulk, CREATE } from '../support/bulk';
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

it('The folder of a job that never came to be is removed at the next start, those of jobs and of rows under way are not', async () => {
  const database = await createDatabase('sqlite');
  const first = await startService('sqlite', { database });
  const { api } = await first.createTenant();
  const { jobId } = await bulk(api, CREATE, [['legalName'], ['Xylo Traders']]);
  await first.stop();
  const folder = (name: string) => join(database.dataDir, 'jobs', name);
  const twoHoursAgo = new Date(Date.now() - 2 * 60 * 60 * 1000);
  for (const name of ['JOBOLD', 'JOBNEW', jobId]) {
    mkdirSync(folder(name), { recursive: true });
    const mark = join(folder(name), 'intake');
    writeFileSync(mark, '');
    if (name !== 'JOBNEW') utimesSync(mark, twoHoursAgo, twoHoursAgo);
  }
  mkdirSync(folder('JOBFOREIGN'));
  const second = await startService('sqlite', { database });
  expect(readdirSync(join(database.dataDir, 'jobs')).sort()).toEqual(['JOBFOREIGN', 'JOBNEW', jobId].sort());
  expect(existsSync(join(folder(jobId), 'intake'))).toBe(false);
  await second.stop();
  await database.remove();
});
