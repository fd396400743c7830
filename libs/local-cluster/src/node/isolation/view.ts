import { existsSync, lstatSync, readdirSync, readlinkSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { HostMount } from './host-mounts.js';

/** A host directory or file that appears at a path inside the container. */
export interface Mount {
  readonly source: string;
  readonly target: string;
  readonly readOnly: boolean;
  readonly isFile: boolean;
}
/**
 * How a container's own view of the file system is made.
 * - `overlay`: one overlay over the host's `/`; needs real root.
 * - `user-overlay`: in a user namespace, one overlay per top-level directory, since `/` itself cannot be overlaid there.
 * - `user-bind`: in a user namespace, the host's directories bound read-only; only `/tmp`, `/run` and mounts are writable.
 */
export type ViewKind = 'overlay' | 'user-overlay' | 'user-bind';
/** Where writes outside volumes go: beside the pod's other files, or in memory where the disk cannot carry an overlay. */
export type Scratch = 'disk' | 'memory';

export interface View {
  /** Directories and empty files to make before mounting, below `base`. */
  readonly directories: readonly string[];
  readonly files: readonly string[];
  readonly links: readonly { readonly path: string; readonly to: string }[];
  /** Lines for `mount --all --fstab`. */
  readonly fstab: readonly string[];
  readonly root: string;
}

/** A mount that this kind of view cannot provide. */
export class MountRefused extends Error {}

const OVERLAYABLE = new Set(['ext2', 'ext3', 'ext4', 'xfs', 'btrfs', 'tmpfs', 'zfs', 'f2fs']);
const DEVICES = ['null', 'zero', 'full', 'random', 'urandom', 'tty'];
const DEVICE_LINKS = {
  fd: '/proc/self/fd',
  stdin: '/proc/self/fd/0',
  stdout: '/proc/self/fd/1',
  stderr: '/proc/self/fd/2',
};

/** What must be made and mounted below `base` so that `base/root` is the container's `/`. */
export function planView(kind: ViewKind, base: string, mounts: readonly Mount[], host: readonly HostMount[]): View {
  const builder = new ViewBuilder(kind, base);
  if (kind === 'overlay') builder.overlayRoot(host);
  else builder.topLevel(host);
  for (const mount of [...mounts].sort((a, b) => a.target.length - b.target.length)) builder.mount(mount);
  return builder.view();
}

class ViewBuilder {
  private readonly directories = new Set<string>();
  private readonly files = new Set<string>();
  private readonly links: { path: string; to: string }[] = [];
  private readonly fstab: string[] = [];
  /** Container path → host directory in which its new entries are made before it is mounted; longest match wins. */
  private readonly writable = new Map<string, string>();
  private readonly root: string;
  private overlays = 0;

  constructor(
    private readonly kind: ViewKind,
    private readonly base: string,
  ) {
    this.root = join(base, 'root');
    this.directories.add(this.root);
  }

  overlayRoot(host: readonly HostMount[]): void {
    this.overlay('/', '');
    this.line('proc', '/proc', 'proc', 'defaults');
    this.line('/sys', '/sys', 'none', 'rbind');
    this.overlay('/dev', '');
    this.directories.add(join(this.writable.get('/dev') ?? '', 'shm'));
    this.private('/tmp');
    for (const mount of host) {
      if (!mount.isFile && OVERLAYABLE.has(mount.fileSystem)) this.overlay(mount.path, '');
      else this.line(mount.path, mount.path, 'none', 'bind,ro,nofail');
    }
  }

  topLevel(host: readonly HostMount[]): void {
    this.writable.set('/', this.root);
    for (const name of readdirSync('/')) {
      const path = `/${name}`;
      const stat = lstatSync(path);
      if (stat.isSymbolicLink()) this.links.push({ path: join(this.root, name), to: readlinkSync(path) });
      else if (!stat.isDirectory() || ['/proc', '/sys', '/dev', '/run', '/tmp'].includes(path)) continue;
      else this.topLevelDirectory(path, host);
    }
    for (const path of ['/proc', '/sys', '/dev', '/run', '/tmp']) this.directories.add(join(this.root, path));
    this.line('proc', '/proc', 'proc', 'defaults');
    this.line('/sys', '/sys', 'none', 'rbind');
    for (const device of DEVICES) {
      this.files.add(join(this.root, 'dev', device));
      this.line(`/dev/${device}`, `/dev/${device}`, 'none', 'bind');
    }
    for (const [name, to] of Object.entries(DEVICE_LINKS)) this.links.push({ path: join(this.root, 'dev', name), to });
    this.directories.add(join(this.root, 'dev/shm'));
  }

  mount(mount: Mount): void {
    const target = resolveTarget(mount.target);
    this.makeTarget(target, mount);
    this.line(mount.source, target, 'none', mount.readOnly ? 'bind,ro' : 'bind');
    // Deeper mounts are made inside this volume, as a kubelet does.
    this.writable.set(target, mount.source);
  }

  view(): View {
    const { directories, files, links, fstab, root } = this;
    return { directories: [...directories], files: [...files], links, fstab, root };
  }

  private topLevelDirectory(path: string, host: readonly HostMount[]): void {
    this.directories.add(join(this.root, path));
    const hasSubmounts = host.some((mount) => mount.path.startsWith(`${path}/`));
    if (this.kind === 'user-overlay' && !hasSubmounts) return this.overlay(path, ',userxattr');
    // A recursive bind cannot be made read-only in one step, so what lies on further mounts keeps the host's rights.
    this.line(path, path, 'none', hasSubmounts ? 'rbind' : 'bind,ro');
    this.writable.set(path, '');
  }

  private overlay(path: string, extra: string): void {
    const id = ++this.overlays;
    const upper = join(this.base, `upper-${id}`);
    const work = join(this.base, `work-${id}`);
    this.directories.add(upper);
    this.directories.add(work);
    this.writable.set(path, upper);
    this.line('overlay', path, 'overlay', `lowerdir=${path},upperdir=${upper},workdir=${work}${extra}`);
  }

  private private(path: string): void {
    const directory = join(this.base, `private${path}`);
    this.directories.add(directory);
    this.writable.set(path, directory);
    this.line(directory, path, 'none', 'bind');
  }

  private makeTarget(target: string, mount: Mount): void {
    let place = target;
    while (!this.writable.has(place)) place = dirname(place);
    const directory = this.writable.get(place) as string;
    if (directory === '') {
      if (existsSync(target)) return;
      throw new MountRefused(`${mount.target} does not exist on this machine, where containers see the host read-only`);
    }
    const inside = join(directory, target.slice(place.length));
    if (!mount.isFile) this.directories.add(inside);
    else {
      this.directories.add(dirname(inside));
      this.files.add(inside);
    }
  }

  private line(source: string, target: string, type: string, options: string): void {
    this.fstab.push([source, join(this.root, target), type, options].map(escape).join(' ') + ' 0 0');
  }
}

const escape = (text: string): string =>
  text.replace(/[\s\\]/g, (character) => `\\${character.charCodeAt(0).toString(8).padStart(3, '0')}`);

/** `/var/run/argo` is `/run/argo` where the host's `/var/run` is a link. */
export function resolveTarget(target: string): string {
  const clean = join('/', target).replace(/(.)\/+$/, '$1');
  let existing = clean;
  while (!existsSync(existing)) existing = dirname(existing);
  const real = realpathSync(existing);
  return existing === clean ? real : join(real, clean.slice(existing === '/' ? 0 : existing.length));
}
