import { lookup } from 'node:dns';
import type { LookupAddress } from 'node:dns';
import { BlockList, isIP, isIPv6 } from 'node:net';
import type { LookupFunction } from 'node:net';
import { Agent, buildConnector, interceptors } from 'undici';
import type { Dispatcher } from 'undici';

export interface EgressOptions {
  /** Hosts that HTTP templates may ask: `api.example.com`, `*.example.com`, either with `:port`. Default: all. */
  readonly allow?: readonly string[];
  /** Lets them ask link-local addresses too, where clouds hand out the credentials of the machine. Default: false. */
  readonly allowLinkLocal?: boolean;
}

const MAX_REDIRECTIONS = 10;

/** A request that must not leave. */
export class EgressRefused extends Error {
  override readonly name = 'EgressRefused';
}

/** Where machines learn who they are, and what else listens on addresses that only the machine itself can reach. */
const LINK_LOCAL = new BlockList();
for (const [subnet, prefix] of [
  ['169.254.0.0', 16],
  ['100.100.100.200', 32],
  ['168.63.129.16', 32],
] as const)
  LINK_LOCAL.addSubnet(subnet, prefix, 'ipv4');
for (const [subnet, prefix] of [
  ['fe80::', 10],
  ['fd00:ec2::254', 128],
] as const)
  LINK_LOCAL.addSubnet(subnet, prefix, 'ipv6');

/** Decides where requests that workflows bring about may go: they leave from the controller, not from a pod. */
export class Egress {
  constructor(private readonly options: EgressOptions) {}

  /** By name, before anything is looked up. @throws EgressRefused */
  checkHost(hostname: string, port: string): void {
    const host = hostname.replace(/^\[|\]$/g, '').toLowerCase();
    const { allow } = this.options;
    if (allow && !allow.some((pattern) => matches(pattern.toLowerCase(), host, port)))
      throw new EgressRefused(`${host} is not on the list of hosts that HTTP templates may ask`);
    if (isIP(host)) this.checkAddress(host, host);
  }

  /** Looks a name up and looks at what it stands for; the connection goes to the very address that was looked at. */
  readonly lookup: LookupFunction = (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return callback(error, '');
      try {
        for (const { address } of addresses) this.checkAddress(hostname, address);
      } catch (refusal) {
        return callback(refusal as NodeJS.ErrnoException, '');
      }
      const [first] = addresses as [LookupAddress, ...LookupAddress[]];
      return options.all ? callback(null, addresses) : callback(null, first.address, first.family);
    });
  };

  /** Every connection, also that of a redirection, is looked at before it is made. */
  dispatcher(rejectUnauthorized = true): Dispatcher {
    const connect = buildConnector({ rejectUnauthorized, lookup: this.lookup });
    const agent = new Agent({
      connect: (options, callback) => {
        try {
          this.checkHost(options.hostname, options.port || (options.protocol === 'https:' ? '443' : '80'));
        } catch (refusal) {
          return callback(refusal as Error, null);
        }
        return connect(options, callback);
      },
    });
    return agent.compose(interceptors.redirect({ maxRedirections: MAX_REDIRECTIONS }));
  }

  private checkAddress(host: string, address: string): void {
    if (this.options.allowLinkLocal) return;
    if (!LINK_LOCAL.check(address, isIPv6(address) ? 'ipv6' : 'ipv4')) return;
    const meaning = host === address ? 'is' : `stands for ${address},`;
    throw new EgressRefused(`${host} ${meaning} a link-local or metadata address, which workflows may not ask`);
  }
}

function matches(pattern: string, host: string, port: string): boolean {
  const [, name = '', wantedPort] = /^(.*?)(?::(\d+))?$/.exec(pattern) ?? [];
  if (wantedPort !== undefined && wantedPort !== port) return false;
  return name.startsWith('*.') ? host.endsWith(name.slice(1)) : host === name;
}
