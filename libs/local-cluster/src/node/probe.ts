import { spawn } from 'node:child_process';
import { connect } from 'node:net';
import type { Clock } from '@argosy/kube';
import { sleep } from '@argosy/kube';
import type { Container, Probe } from 'kubernetes-types/core/v1.js';
import { request } from 'undici';
import type { ContainerRun } from './container-run.js';

const DEFAULT_TIMEOUT_SECONDS = 1;
const DEFAULT_PERIOD_SECONDS = 10;
const DEFAULT_FAILURES = 3;

/** Asks a container how it is, once. */
export async function probeOnce(probe: Probe, container: Container, run: ContainerRun): Promise<boolean> {
  const timeoutMs = (probe.timeoutSeconds ?? DEFAULT_TIMEOUT_SECONDS) * 1000;
  if (probe.exec) return execProbe(probe.exec.command ?? [], run, timeoutMs);
  if (probe.httpGet) {
    const { scheme = 'HTTP', host = '127.0.0.1', path = '/', port, httpHeaders = [] } = probe.httpGet;
    const url = `${scheme.toLowerCase()}://${host}:${portNumber(port, container)}${path}`;
    const headers = Object.fromEntries(httpHeaders.map(({ name, value }) => [name, value]));
    const signal = AbortSignal.timeout(timeoutMs);
    return request(url, { headers, signal }).then(
      async ({ statusCode, body }) => {
        await body.dump();
        return statusCode >= 200 && statusCode < 400;
      },
      () => false,
    );
  }
  if (probe.tcpSocket) {
    return tcpProbe(portNumber(probe.tcpSocket.port, container), probe.tcpSocket.host ?? '127.0.0.1', timeoutMs);
  }
  return true;
}

const portNumber = (port: string | number, container: Container): number =>
  container.ports?.find(({ name }) => name === port)?.containerPort ?? Number(port);

function execProbe(command: readonly string[], run: ContainerRun, timeoutMs: number): Promise<boolean> {
  const [program = 'false', ...args] = [...run.execPrefix, ...command];
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      env: { ...run.env },
      stdio: 'ignore',
      timeout: timeoutMs,
      killSignal: 'SIGKILL',
    });
    child.once('error', () => resolve(false));
    child.once('exit', (code) => resolve(code === 0));
  });
}

function tcpProbe(port: number, host: string, timeoutMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host, timeout: timeoutMs });
    const finish = (isOpen: boolean) => (): void => {
      socket.destroy();
      resolve(isOpen);
    };
    socket.once('connect', finish(true)).once('error', finish(false)).once('timeout', finish(false));
  });
}

export interface ProbeWatch {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Called when the verdict changes: after `successThreshold` or `failureThreshold` answers in a row. */
  readonly onVerdict: (isHealthy: boolean) => void;
}

/** Asks again and again until the signal ends it. */
export async function watchProbe(
  probe: Probe,
  container: Container,
  run: ContainerRun,
  { clock, signal, onVerdict }: ProbeWatch,
): Promise<void> {
  const needed = { true: probe.successThreshold ?? 1, false: probe.failureThreshold ?? DEFAULT_FAILURES };
  let inARow = 0;
  let last: boolean | undefined;
  await sleep(clock, (probe.initialDelaySeconds ?? 0) * 1000, signal);
  while (!signal.aborted) {
    const answer = await probeOnce(probe, container, run);
    if (signal.aborted) return;
    inARow = answer === last ? inARow + 1 : 1;
    last = answer;
    if (inARow === needed[`${answer}`]) onVerdict(answer);
    await sleep(clock, (probe.periodSeconds ?? DEFAULT_PERIOD_SECONDS) * 1000, signal);
  }
}
