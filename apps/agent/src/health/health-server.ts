import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Metrics } from '@argosy/platform';
import type { Registry } from 'prom-client';
import type { AgentHealth } from '../agent.js';

export interface HealthServer {
  readonly port: number;
  close(): Promise<void>;
}

/** Liveness and metrics. A lost link is no reason to restart an agent, a disk that refuses is one to look. */
export async function startHealthServer(
  port: number,
  health: () => AgentHealth,
  userMetrics: Pick<Registry, 'metrics'>,
): Promise<HealthServer> {
  const { registry } = metricsOf(health);
  const server = createServer((request, response) => {
    if (request.url === '/healthz') {
      const { diskError } = health();
      response.writeHead(diskError ? 503 : 200, { 'content-type': 'text/plain' }).end(diskError ?? 'ok');
    } else if (request.url === '/metrics') {
      void Promise.all([registry.metrics(), userMetrics.metrics()]).then((texts) =>
        response.writeHead(200, { 'content-type': registry.contentType }).end(texts.join('')),
      );
    } else response.writeHead(404).end();
  });
  await listening(server, port);
  return {
    port: (server.address() as AddressInfo).port,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

function metricsOf(health: () => AgentHealth): Metrics {
  const metrics = new Metrics('agent').collectProcess();
  const gauge = (name: string, help: string, value: (health: AgentHealth) => number): void => {
    metrics.gauge(`argosy_agent_${name}`, help, [], (it) => it.set(value(health())));
  };
  gauge('connected', '1 while the link to the control plane is up', ({ connected }) => Number(connected));
  gauge('outbox_depth', 'Facts that the control plane has not acknowledged', ({ outboxDepth }) => outboxDepth);
  gauge('outbox_bytes', 'Bytes of the outbox on disk', ({ outboxBytes }) => outboxBytes);
  gauge('disk_stalled', '1 while the disk refuses', ({ diskError }) => Number(diskError !== undefined));
  gauge('running_workflows', 'Workflows that have not finished', ({ runningWorkflows }) => runningWorkflows);
  gauge('running_pods', 'Pods that run', ({ runningPods }) => runningPods);
  gauge('pending_pods', 'Pods that wait to run', ({ pendingPods }) => pendingPods);
  return metrics;
}

const listening = (server: Server, port: number): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, () => resolve());
  });
