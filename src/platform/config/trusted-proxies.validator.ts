import { isIP } from 'node:net';
import { ValidateBy } from 'class-validator';

const NAMED_NETWORKS: readonly string[] = ['loopback', 'linklocal', 'uniquelocal'];
const MOST_HOPS = 32;

/** What Express takes for `trust proxy`: a number of hops, or addresses and networks. */
export function trustedProxiesOf(text: string): number | string[] {
  return /^\d+$/.test(text) ? Number(text) : text.split(',').map((part) => part.trim());
}

function isNetwork(part: string): boolean {
  if (NAMED_NETWORKS.includes(part)) return true;
  const [address = '', prefix, ...more] = part.split('/');
  const version = isIP(address);
  if (version === 0 || more.length > 0) return false;
  return prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= (version === 4 ? 32 : 128));
}

/** Property decorator for the proxies to be trusted. There is no word for all: then any client could name any address. */
export function IsTrustedProxies(): PropertyDecorator {
  return ValidateBy({
    name: 'isTrustedProxies',
    validator: {
      validate: (value) => {
        if (typeof value !== 'string') return false;
        const proxies = trustedProxiesOf(value);
        return typeof proxies === 'number' ? proxies > 0 && proxies <= MOST_HOPS : proxies.every(isNetwork);
      },
      defaultMessage: () =>
        `must be the number of proxies in front (1 to ${MOST_HOPS}), or their addresses and networks, such as 10.0.0.0/8 or loopback, with commas between`,
    },
  });
}
