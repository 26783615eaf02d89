import { isIP } from 'node:net';
import type { Request } from 'express';

/** Groups of an IPv6 address that name a network; the others are its owner's to choose. */
const NETWORK_GROUPS = 4;
const MAPPED = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i;

/**
 * Address by which a client is told from others: its socket's, or what a trusted proxy says; of IPv6 the network (/64),
 * because one client has all of its addresses.
 */
export function clientAddressOf(request: Request): string {
  const claimed = (request.ip ?? '').replace(/%.*$/, '');
  const address = isIP(claimed) === 0 ? (request.socket.remoteAddress ?? '') : claimed;
  const mapped = MAPPED.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  return isIP(address) === 6 ? networkOf(address) : address;
}

function networkOf(address: string): string {
  const [head = '', tail] = address.split('::');
  const groups = head === '' ? [] : head.split(':');
  // What `::` leaves out are zeros; behind it stand at most the last groups.
  const behind = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : 8 - groups.length - behind.length - (tail.includes('.') ? 1 : 0);
  const all = [...groups, ...Array<string>(Math.max(0, zeros)).fill('0'), ...behind];
  const network = all.slice(0, NETWORK_GROUPS).map((group) => Number.parseInt(group, 16).toString(16));
  return `${network.join(':')}::/64`;
}
