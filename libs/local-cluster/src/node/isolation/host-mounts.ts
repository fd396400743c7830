import { readFileSync, statSync } from 'node:fs';

/** A file system or file mounted on the host, which a view of `/` does not contain by itself. */
export interface HostMount {
  readonly path: string;
  readonly isFile: boolean;
  readonly fileSystem: string;
}

/** These are rebuilt for every container, never taken from the host as they are. */
const REBUILT = ['/proc', '/sys', '/dev', '/run', '/tmp'];
const isBelow = (path: string, directory: string): boolean => path === directory || path.startsWith(`${directory}/`);

/** The host's mounts a container should also see, outermost first. */
export function hostMounts(): HostMount[] {
  const found = new Map<string, HostMount>();
  for (const line of readFileSync('/proc/self/mountinfo', 'utf8').split('\n')) {
    const [left = '', right = ''] = line.split(' - ');
    const path = unescape(left.split(' ')[4] ?? '');
    const fileSystem = right.split(' ')[0] ?? '';
    if (path === '' || path === '/' || REBUILT.some((directory) => isBelow(path, directory))) continue;
    const stat = statSync(path, { throwIfNoEntry: false });
    if (stat) found.set(path, { path, isFile: !stat.isDirectory(), fileSystem });
  }
  return [...found.values()].sort((a, b) => a.path.length - b.path.length);
}

const unescape = (text: string): string =>
  text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
