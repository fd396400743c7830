import { createClientNodeKube } from '@argosy/kube/client-node';
import { ConfigError, createLogger, EXIT_CONFIG, onEnd, readConfig, sayFailed, sayReady } from '@argosy/platform';
import { Agent } from './agent.js';
import { agentConfig } from './config/agent.config.js';
import type { AgentConfig } from './config/agent.config.js';
import { JoinError, obtainCredential } from './link/credential.js';

async function start(config: AgentConfig): Promise<void> {
  const logger = createLogger('agent', config.ARGOSY_LOG_LEVEL);
  const kube = createClientNodeKube(
    config.ARGOSY_KUBECONFIG ? { kubeconfig: config.ARGOSY_KUBECONFIG } : { inCluster: true },
  );
  const credential = await obtainCredential(
    config.ARGOSY_AGENT_DATA_DIR,
    config.ARGOSY_CONTROL_PLANE_URL,
    config.ARGOSY_JOIN_TOKEN,
  );
  const agent = new Agent({ config, credential, kube, logger });
  await agent.start();
  sayReady({ cluster: credential.clusterName });
  onEnd(config.ARGOSY_EXIT_WITH_PARENT === '1', () => {
    void agent.stop().then(async () => {
      await kube.close();
      process.exit(0);
    });
  });
}

try {
  await start(readConfig(agentConfig, process.env));
} catch (error) {
  const isExpected = error instanceof ConfigError || error instanceof JoinError;
  sayFailed((error as Error).message);
  process.stderr.write(`${isExpected ? (error as Error).message : ((error as Error).stack ?? String(error))}\n`);
  process.exit(error instanceof ConfigError ? EXIT_CONFIG : 1);
}
