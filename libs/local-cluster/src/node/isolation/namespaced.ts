import { spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import type { HostMount } from './host-mounts.js';
import type { ContainerStart, Isolation, StartedContainer } from './isolation.js';
import { exitCodeOf } from './isolation.js';
import type { Scratch, View, ViewKind } from './view.js';
import { planView } from './view.js';

export interface NamespacedOptions {
  readonly kind: ViewKind;
  readonly scratch: Scratch;
  readonly hostMounts: readonly HostMount[];
  /** Host directories that every container sees where they are, read-only, even below the private `/tmp`. */
  readonly hostDirectories: readonly string[];
}

/**
 * Runs when the mount namespace exists: makes the view, then becomes the container's command. One shell, one `mkdir`, one
 * `mount` for everything, because each further process would cost every step a millisecond or two.
 * The container's stderr comes as descriptor 3, since \`unshare\` itself writes to descriptor 2 when its child is killed.
 * Arguments: base, root, scratch kind, working directory, chroot options, command...
 */
const LAUNCHER = `
exec 2>&3 3>&-
base=$1 root=$2 scratch=$3 cwd=$4 user=$5; shift 5
fail() { echo "$1" > "$base.error"; exit 125; }
if [ "$scratch" = memory ]; then
  mount -t tmpfs -o mode=755 tmpfs "$base" 2> "$base.mount" || fail "$(cat "$base.mount")"
  sh "$base.make" || fail "the view of the file system could not be made"
fi
mount --all --fstab "$base.fstab" > "$base.mount" 2>&1 || fail "$(cat "$base.mount")"
cd "$root" || fail "no root"
exec chroot $user "$root" /bin/sh -c 'cd "$0" 2>/dev/null || { mkdir -p "$0" && cd "$0"; } || exit 125; exec "$@"' "$cwd" "$@"
`;
const SETUP_FAILED = 125;
const SIGKILL_EXIT = 137;
// The launcher finds its tools here, whatever the container's own PATH is.
const TOOL_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** Containers in their own mount and process namespaces. When the node dies, the kernel ends every process in them. */
export function namespacedIsolation(options: NamespacedOptions): Isolation {
  return { tier: options.kind, start: (start) => startNamespaced(options, start) };
}

function startNamespaced(options: NamespacedOptions, start: ContainerStart): StartedContainer {
  const base = join(start.scratch, 'view');
  const shown = options.hostDirectories.map((path) => ({ source: path, target: path, readOnly: true, isFile: false }));
  const view = planView(options.kind, base, [...shown, ...start.mounts], options.hostMounts);
  mkdirSync(base, { recursive: true });
  if (options.scratch === 'disk') make(view);
  else writeFileSync(`${base}.make`, makeScript(view));
  writeFileSync(`${base}.fstab`, `${view.fstab.join('\n')}\n`);
  const complaints = openSync(`${base}.unshare`, 'w');
  try {
    const child = spawn('setpriv', unshareArguments(options, start, base, view), {
      cwd: '/',
      env: { ...start.env, ...(start.env.PATH === undefined && { PATH: TOOL_PATH }) },
      stdio: ['ignore', 'pipe', complaints, 'pipe'],
    });
    return new NamespacedContainer(child, base);
  } finally {
    closeSync(complaints);
  }
}

function unshareArguments(options: NamespacedOptions, start: ContainerStart, base: string, view: View): string[] {
  const isUser = options.kind !== 'overlay';
  const user = start.user && !isUser ? `--userspec=${start.user.uid}:${start.user.gid}` : '';
  return [
    '--pdeathsig',
    'KILL',
    'unshare',
    ...(isUser ? ['--user', '--map-root-user'] : []),
    '--mount',
    '--pid',
    '--fork',
    '--kill-child',
    '/bin/sh',
    '-c',
    `PATH="$PATH:${TOOL_PATH}"\n${LAUNCHER}`,
    'launcher',
    base,
    view.root,
    options.scratch,
    start.workingDirectory,
    user,
    ...start.command,
  ];
}

function make(view: View): void {
  for (const directory of view.directories) mkdirSync(directory, { recursive: true });
  for (const file of view.files) if (!existsSync(file)) writeFileSync(file, '');
  for (const link of view.links) symlinkSync(link.to, link.path);
}

const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
const makeScript = (view: View): string =>
  [
    `mkdir -p ${view.directories.map(quote).join(' ')}`,
    ...view.files.map((file) => `: >> ${quote(file)}`),
    ...view.links.map((link) => `ln -s ${quote(link.to)} ${quote(link.path)}`),
  ].join(' &&\n');

class NamespacedContainer implements StartedContainer {
  private first: number | undefined;

  constructor(
    readonly child: ReturnType<typeof spawn>,
    private readonly base: string,
  ) {}

  get stdout(): Readable {
    return this.child.stdout as Readable;
  }

  get stderr(): Readable {
    return this.child.stdio[3] as Readable;
  }

  /** `unshare` waits outside; its only child is process 1 of the container. */
  readonly pid = (): number | undefined => {
    const outer = this.child.pid;
    if (this.first !== undefined || outer === undefined) return this.first;
    try {
      const children = readFileSync(`/proc/${outer}/task/${outer}/children`, 'utf8').trim();
      this.first = children === '' ? undefined : Number(children.split(' ')[0]);
    } catch {
      // It has ended.
    }
    return this.first;
  };

  signal(signal: NodeJS.Signals): void {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    // Before process 1 exists there is nobody to be asked politely.
    const target = this.pid() ?? this.child.pid;
    if (target !== undefined) sendSignal(target, signal);
  }

  exitCode(): number {
    // util-linux 2.38 cannot die of SIGKILL itself when its child has: it fails with this complaint instead.
    if (this.child.exitCode === 1 && this.complaint().includes('sigprocmask')) return SIGKILL_EXIT;
    return exitCodeOf(this.child);
  }

  setupError(): string | undefined {
    const error = `${this.base}.error`;
    if (this.child.exitCode === SETUP_FAILED && existsSync(error)) return readFileSync(error, 'utf8').trim();
    if (this.exitCode() === 1 && this.complaint() !== '') return this.complaint();
    return undefined;
  }

  execPrefix(): readonly string[] {
    const pid = this.pid();
    return pid === undefined ? ['false'] : ['nsenter', `--target=${pid}`, '--mount', '--pid', '--root', '--wd', '--'];
  }

  cleanUp(): void {
    // The namespace took everything with it.
  }

  private complaint(): string {
    return readFileSync(`${this.base}.unshare`, 'utf8').trim();
  }
}

/** Sends a signal to a process (or group, when negative) that may have ended meanwhile. */
export function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
