import type { Request } from 'express';
import type { AppConfig } from '../config/app-config';

const HOST = /^[A-Za-z0-9.-]+(:\d{1,5})?$|^\[[0-9A-Fa-f:.]+\](:\d{1,5})?$/;

/** Express setting that holds PUBLIC_URL when it is configured. */
export const PUBLIC_URL_SETTING = 'rollbook public url';

/** Scheme and host for absolute links: PUBLIC_URL, else what the caller called us, else the address it reached. */
export function baseUrlOf(request: Request): string {
  const configured: unknown = request.app.get(PUBLIC_URL_SETTING);
  if (typeof configured === 'string') return withoutSlashAtEnd(configured);
  const host = request.headers.host;
  if (host !== undefined && HOST.test(host)) return `${request.protocol}://${host}`;
  return `${request.protocol}://127.0.0.1:${request.socket.localPort ?? 80}`;
}

/** A URL or path without the slashes it may end with. */
export function withoutSlashAtEnd(url: string): string {
  return url.replace(/(?<!\/)\/+$/, '');
}

/** Where a service of this configuration is reached from the machine it runs on. */
export function listeningUrl({ publicUrl, host }: AppConfig, port: number): string {
  if (publicUrl !== undefined) return withoutSlashAtEnd(publicUrl);
  if (host === '0.0.0.0' || host === '::') return `http://127.0.0.1:${port}`;
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}
