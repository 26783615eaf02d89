import { formCall } from '../call';
import type { LaneOptions } from '../lane.contract';
import { pick, Random } from './byte-mutation';

const AT_ONCE = 8;
/** Updates mostly: a creation that is right leaves a customer behind. */
const PATHS = ['/api/v0/customer/bulk/update', '/api/v0/customer/bulk/update', '/api/v0/customer/bulk'];

/** Uploads as many files as the lane has cases, some of them at the same time. */
export async function sendFiles(
  { calls, cases }: LaneOptions,
  fileName: string,
  random: Random,
  next: () => Buffer,
): Promise<void> {
  while (calls.sent < cases) {
    const count = Math.min(AT_ONCE, cases - calls.sent);
    const forms = Array.from({ length: count }, () =>
      formCall(pick(random, PATHS), [{ name: 'file', fileName, bytes: next() }]),
    );
    await Promise.all(forms.map((call) => calls.send(call)));
  }
}
