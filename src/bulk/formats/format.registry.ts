import { open } from 'node:fs/promises';
import { Injectable, OnModuleInit } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import { BUILT_IN_FORMATS } from './built-in-formats';
import { noKnownFormat } from './file.errors';
import { foreignKind } from './foreign-kind';
import type { NamedFormat, RowFormat } from './row-format.contract';
import { RowFormatProvider } from './row-format.decorators';

const HEAD_BYTES = 4_096;
/** It stands in the names of result files. */
const FORMAT_NAME = /^[a-z]{1,20}$/;

/** Knows the file formats, those of the service and of all modules, and finds the one a file is in. */
@Injectable()
export class FormatRegistry implements OnModuleInit {
  private formats: NamedFormat[] = [];

  constructor(private readonly discovery: DiscoveryService) {}

  /** @throws Error when two formats have the same name. */
  onModuleInit(): void {
    const added = this.discovery.getProviders().flatMap((provider) => {
      const metadata = this.discovery.getMetadataByDecorator(RowFormatProvider, provider);
      return metadata === undefined
        ? []
        : [{ ...metadata, owner: String(provider.name), format: provider.instance as RowFormat }];
    });
    const builtIn = BUILT_IN_FORMATS.map((named) => ({ ...named, owner: named.format.constructor.name }));
    const found = [...builtIn, ...added].sort((a, b) => a.order - b.order);
    const owners = new Map<string, string>();
    for (const { name, owner } of found) {
      const other = owners.get(name);
      if (other !== undefined) throw new Error(`File formats ${other} and ${owner} are both named ${name}`);
      if (!FORMAT_NAME.test(name)) throw new Error(`The file format ${owner} needs a name of a-z, not ${name}`);
      owners.set(name, owner);
    }
    this.formats = found;
  }

  names(): string[] {
    return this.formats.map(({ name }) => name);
  }

  find(name: string): NamedFormat | null {
    return this.formats.find((format) => format.name === name) ?? null;
  }

  /** @throws Error for a name nobody registered. */
  get(name: string): RowFormat {
    const named = this.find(name);
    if (named === null) throw new Error(`No file format is named ${name}`);
    return named.format;
  }

  /** Format of a file, told from its first bytes. @throws UnsupportedFileFormat when no format takes it. */
  async detect(file: string): Promise<NamedFormat> {
    const handle = await open(file, 'r');
    try {
      const head = Buffer.alloc(HEAD_BYTES);
      const { bytesRead } = await handle.read(head, 0, HEAD_BYTES, 0);
      const start = head.subarray(0, bytesRead);
      const named = this.formats.find(({ format }) => format.accepts(start));
      if (named !== undefined) return named;
      throw noKnownFormat(this.names(), foreignKind(start));
    } finally {
      await handle.close();
    }
  }
}
