import { spawn } from 'node:child_process';
import { existsSync, lstatSync, mkdirSync, readlinkSync, rmSync, symlinkSync } from 'node:fs';
import { dirname } from 'node:path';
import type { ContainerStart, Isolation, StartedContainer } from './isolation.js';
import { exitCodeOf } from './isolation.js';
import { sendSignal } from './namespaced.js';
import { MountRefused } from './view.js';
import type { Mount } from './view.js';

/**
 * Containers as plain child processes in their own session, for machines that allow no namespaces. A mount becomes a
 * symbolic link at its path, which must not exist and must be creatable; anything else is refused. Since links are seen by
 * the whole machine, one pod runs at a time. Nothing keeps a program from writing elsewhere.
 */
export function plainIsolation(hasSetpriv: boolean): Isolation {
  return { tier: 'plain', maxPods: 1, start: (start) => startPlain(hasSetpriv, start) };
}

function startPlain(hasSetpriv: boolean, start: ContainerStart): StartedContainer {
  const links: string[] = [];
  try {
    for (const mount of start.mounts) provide(mount, links);
  } catch (error) {
    for (const link of links) rmSync(link, { force: true });
    throw error;
  }
  mkdirSync(start.workingDirectory, { recursive: true });
  const [program = '', ...args] = hasSetpriv ? ['setpriv', '--pdeathsig', 'KILL', ...start.command] : start.command;
  const child = spawn(program, args, {
    cwd: start.workingDirectory,
    env: { ...start.env },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return {
    child,
    stdout: child.stdout,
    stderr: child.stderr,
    exitCode: () => exitCodeOf(child),
    pid: () => child.pid,
    signal: (signal) => {
      // SIGTERM goes to the first process, as in a container; SIGKILL to all that it started.
      if (child.pid !== undefined) sendSignal(signal === 'SIGKILL' ? -child.pid : child.pid, signal);
    },
    setupError: () => undefined,
    execPrefix: () => [],
    cleanUp: () => {
      if (child.pid !== undefined) sendSignal(-child.pid, 'SIGKILL');
      for (const link of links) rmSync(link, { force: true });
    },
  };
}

function provide(mount: Mount, links: string[]): void {
  const stat = lstatSync(mount.target, { throwIfNoEntry: false });
  if (stat?.isSymbolicLink() && readlinkSync(mount.target) === mount.source) return;
  if (stat?.isSymbolicLink() && !existsSync(mount.target)) rmSync(mount.target);
  else if (stat) throw refused(mount, 'it exists already');
  try {
    mkdirSync(dirname(mount.target), { recursive: true });
    symlinkSync(mount.source, mount.target);
  } catch (error) {
    throw refused(mount, (error as Error).message);
  }
  links.push(mount.target);
}

const refused = (mount: Mount, why: string): MountRefused =>
  new MountRefused(`${mount.target} cannot be provided on this machine, which allows no mount namespaces: ${why}`);
