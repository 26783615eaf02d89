import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Injectable } from '@nestjs/common';
import type { Request, Response } from 'express';
import multer, { StorageEngine } from 'multer';
import { AppConfig } from '../../platform/config/app-config';
import { PayloadTooLarge, UnreadableBody } from '../../platform/errors/http.errors';
import { IdempotentCalls } from '../../platform/idempotency/idempotent-calls';
import { LargeBodies } from '../../platform/limits/large-bodies';
import { JobFiles } from './job-files';

/** Room for boundaries and part headers around the files of a form. */
const FORM_OVERHEAD_BYTES = 64 * 1024;

/** A file as it came in: stored under a name of ours. */
export interface UploadedFile {
  readonly path: string;
  /** Name the caller gave it; shown, never used as a path. */
  readonly fileName: string;
  /** SHA-256 of the content, in hex. */
  readonly sha256: string;
}

/** The parts of a bulk form. */
export interface Upload {
  readonly file: UploadedFile;
  /** Second table of a format that has one table per file. */
  readonly contacts: UploadedFile | null;
  /** Gives back the place of a large body; absent for a file that came another way. */
  readonly leave?: () => void;
}

type StoredPart = Express.Multer.File & { readonly sha256: string };

/** Streams parts to disk while hashing them; memory does not grow with the file. */
class HashingStorage implements StorageEngine {
  constructor(private readonly files: JobFiles) {}

  _handleFile(
    _request: Request,
    file: { stream: Readable },
    done: (error?: unknown, part?: Partial<StoredPart>) => void,
  ): void {
    const path = this.files.newUpload();
    const hash = createHash('sha256');
    let size = 0;
    const hashing = new Transform({
      transform(chunk: Buffer, _encoding, next) {
        hash.update(chunk);
        size += chunk.length;
        next(null, chunk);
      },
    });
    pipeline(file.stream, hashing, createWriteStream(path, { flags: 'wx', mode: 0o600, flush: true })).then(
      () => done(null, { path, size, sha256: hash.digest('hex') }),
      (error: unknown) => void rm(path, { force: true }).finally(() => done(error)),
    );
  }

  _removeFile(_request: Request, file: Express.Multer.File, done: (error: Error | null) => void): void {
    rm(file.path, { force: true }).then(
      () => done(null),
      (error: unknown) => done(error as Error),
    );
  }
}

/** The one way files come in: `multipart/form-data` with a part `file` and, optionally, a part `contacts`. */
@Injectable()
export class UploadReceiver {
  private readonly form: ReturnType<multer.Multer['fields']>;

  constructor(
    files: JobFiles,
    private readonly config: AppConfig,
    private readonly calls: IdempotentCalls,
    private readonly largeBodies: LargeBodies,
  ) {
    const limits = {
      fileSize: config.maxUploadBytes,
      files: 2,
      fields: 10,
      fieldSize: 1024,
      fieldNameSize: 100,
      parts: 12,
      headerPairs: 20,
      fieldNestingDepth: 1,
      fieldArrayIndexLimit: 10,
    };
    const upload = multer({ storage: new HashingStorage(files), limits, defParamCharset: 'utf8' });
    this.form = upload.fields([
      { name: 'file', maxCount: 1 },
      { name: 'contacts', maxCount: 1 },
    ]);
  }

  /**
   * Reads the form of a request to the end and stores its files; on any fault nothing stays stored.
   *
   * @throws UnreadableBody when it is no such form, PayloadTooLarge, multer's errors, and what `LargeBodies` throws.
   */
  async receive(request: Request, response: Response): Promise<Upload> {
    if (request.is('multipart/form-data') !== 'multipart/form-data') {
      throw new UnreadableBody('Send the table as multipart/form-data with one part named "file".');
    }
    if (Number(request.headers['content-length'] ?? 0) > this.config.maxUploadBytes + FORM_OVERHEAD_BYTES) {
      throw new PayloadTooLarge(
        `A file may have at most ${this.config.maxUploadBytes} bytes; split it into several files.`,
      );
    }
    const leave = await this.largeBodies.enter(request, response);
    try {
      return { ...(await this.store(request, response)), leave };
    } catch (error) {
      leave();
      throw error;
    }
  }

  /** Removes what `receive` stored, once it is taken over or no longer wanted. */
  async discard({ file, contacts, leave }: Upload): Promise<void> {
    leave?.();
    for (const part of [file, contacts]) if (part !== null) await rm(part.path, { force: true });
  }

  private async store(request: Request, response: Response): Promise<Upload> {
    await new Promise<void>((resolve, reject) => {
      this.form(request, response, (error?: unknown) => (error === undefined ? resolve() : reject(toError(error))));
    });
    const parts = (request.files ?? {}) as Record<string, StoredPart[] | undefined>;
    const toFile = ({ path, originalname, sha256 }: StoredPart) => ({
      path,
      fileName: shownName(originalname),
      sha256,
    });
    const [file] = parts['file'] ?? [];
    const [contacts] = parts['contacts'] ?? [];
    if (file === undefined) {
      if (contacts !== undefined) await rm(contacts.path, { force: true });
      throw new UnreadableBody('The form has no part named "file"; send the table as one file part of that name.');
    }
    const upload = { file: toFile(file), contacts: contacts === undefined ? null : toFile(contacts) };
    try {
      await this.calls.received([upload.file.sha256, upload.contacts?.sha256 ?? null]);
    } catch (error) {
      await this.discard(upload);
      throw error;
    }
    return upload;
  }
}

function toError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error('the form could not be read');
}

/** File name fit to be shown: its last path segment, without control and direction characters, at most 255 characters. */
function shownName(name: string): string {
  const last = name.toWellFormed().split(/[/\\]/).at(-1) ?? '';
  return [...last.replace(/[\p{Cc}\p{Cf}]/gu, '')].slice(0, 255).join('');
}
