import { spawnSync } from 'node:child_process';
import { appendFileSync, mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const BLOCK = Buffer.alloc(16 * 1024);

/** A file system of its own of so many MiB that can be filled up. */
export class SmallDisk {
  private constructor(readonly folder: string) {}

  /** @throws when this user may not mount */
  static mount(mebibytes: number): SmallDisk {
    const folder = mkdtempSync(join(tmpdir(), 'rollbook-disk-'));
    const { status, stderr } = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${mebibytes}m`, 'tmpfs', folder]);
    if (status !== 0) {
      rmSync(folder, { recursive: true, force: true });
      throw new Error(`a small disk cannot be mounted (only root may): ${String(stderr).trim()}`);
    }
    return new SmallDisk(folder);
  }

  /** Why there can be none; null when there can. */
  static unavailable(): string | null {
    try {
      SmallDisk.mount(1).remove();
      return null;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }

  /** Leaves not a byte free. */
  fill(): void {
    for (const block of [BLOCK, BLOCK.subarray(0, 1)]) {
      try {
        for (;;) appendFileSync(this.filler, block);
      } catch {
        // Full.
      }
    }
  }

  /** Gives the space back. */
  free(): void {
    rmSync(this.filler, { force: true });
  }

  get freeBytes(): number {
    const { bavail, bsize } = statfsSync(this.folder);
    return bavail * bsize;
  }

  remove(): void {
    spawnSync('umount', ['-l', this.folder]);
    rmSync(this.folder, { recursive: true, force: true });
  }

  private get filler(): string {
    return join(this.folder, 'filler');
  }
}
