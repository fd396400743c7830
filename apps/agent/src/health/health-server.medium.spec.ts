import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { AgentHealth } from '../agent.js';
import { startHealthServer } from './health-server.js';
import type { HealthServer } from './health-server.js';

let health: AgentHealth;
const userMetrics = { metrics: async (): Promise<string> => '# HELP mine of a workflow\nmine 1\n' };
let server: HealthServer;
beforeEach(async () => {
  const load = { runningWorkflows: 3, runningPods: 4, pendingPods: 5 };
  health = { connected: false, outboxDepth: 7, outboxBytes: 800, diskError: undefined, ...load };
  server = await startHealthServer(0, () => health, userMetrics);
});
afterEach(() => server.close());

const get = (path: string): Promise<Response> =>
  fetch(`http://127.0.0.1:${server.port}${path}`, { headers: { connection: 'close' } });

describe('the health of an agent', () => {
  it('is good without a link and bad when the disk refuses', async () => {
    expect((await get('/healthz')).status).toBe(200);
    health = { ...health, diskError: 'ENOSPC: no space left on device' };
    const answer = await get('/healthz');
    expect(answer.status).toBe(503);
    expect(await answer.text()).toContain('ENOSPC');
  });

  it('can be scraped', async () => {
    const text = await (await get('/metrics')).text();
    expect(text).toMatch(/^argosy_agent_outbox_depth\{program="agent"\} 7$/m);
    expect(text).toMatch(/^argosy_agent_connected\{program="agent"\} 0$/m);
    expect(text).toMatch(/^mine 1$/m);
    expect((await get('/elsewhere')).status).toBe(404);
  });
});
