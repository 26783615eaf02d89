import { call, formOf } from '../http-call';
import type { BenchLane } from '../lane';
import { expectSame } from '../content/checksum';
import type { Trial } from '../trial';

/** Path of bulk creations and updates from a file. */
export const PATHS = { create: '/api/v0/customer/bulk', update: '/api/v0/customer/bulk/update' } as const;
type FileWork = keyof typeof PATHS;

type Send = Trial<Buffer>['send'];

/** Sends a file to the service; its answer comes when the result files are written. */
export function toService({ service }: BenchLane, path: string, name: string, rows: number): Send {
  return async (file) => {
    const { status, text } = await call(service, path, { method: 'POST', body: formOf(file, name) });
    expectSame('status', status, 200);
    const { payload } = JSON.parse(text) as { payload: { success_count: number } };
    expectSame('rows told as applied', payload.success_count, rows);
  };
}

/** What the floor and the textbook make of the same file. */
export async function peerTrials(
  lane: BenchLane,
  work: FileWork,
  repeats: Readonly<Record<'floor' | 'textbook', number>>,
  shared: Pick<Trial<Buffer>, 'prepare' | 'check'>,
): Promise<Trial<Buffer>[]> {
  const floor = await lane.peer('floor.server');
  const textbook = await lane.peer('textbook.server');
  return [
    {
      ...shared,
      ...{ subject: 'floor', figuresFile: floor.figuresFile, repeats: repeats.floor },
      send: async (file) => {
        await call(floor, `/${work}`, { method: 'POST', body: file, headers: { 'Content-Type': 'text/csv' } });
      },
    },
    {
      ...shared,
      ...{ subject: 'textbook', figuresFile: textbook.figuresFile, repeats: repeats.textbook },
      send: async (file) => {
        await call(textbook, `/${work}`, { method: 'POST', body: formOf(file, 'customers.csv') });
      },
    },
  ];
}
