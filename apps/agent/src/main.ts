import 'reflect-metadata';
import { createClientNodeKube } from '@argosy/kube/client-node';
import type { ClientNodeKubeOptions } from '@argosy/kube/client-node';
import { ConfigError, createLogger, EXIT_CONFIG, onEnd, readConfig, sayFailed, sayReady } from '@argosy/platform';
import { NestFactory } from '@nestjs/core';
import { AgentModule } from './agent.module.js';
import { agentConfig } from './config/agent.config.js';
import type { AgentConfig } from './config/agent.config.js';
import { JoinError, obtainCredential } from './link/credential.js';

/** EX_TEMPFAIL of sysexits.h: start me again. */
const EXIT_START_OVER = 75;

async function start(config: AgentConfig): Promise<void> {
  const logger = createLogger('agent', config.ARGOSY_LOG_LEVEL);
  const kube = createClientNodeKube(kubeOptions(config));
  const credential = await obtainCredential({
    dataDir: config.ARGOSY_AGENT_DATA_DIR,
    controlPlaneUrl: config.ARGOSY_CONTROL_PLANE_URL,
    joinToken: config.ARGOSY_JOIN_TOKEN,
    onRetry: (reason) => logger.warn({ reason }, 'Cannot join yet; trying again'),
  });
  let exitCode = 0;
  const startOver = (reason: string): void => {
    logger.error({ reason }, 'Starting over');
    exitCode = EXIT_START_OVER;
    void end();
  };
  const app = await NestFactory.createApplicationContext(
    AgentModule.of({ config, credential, kube, logger, startOver }),
    { logger: ['error', 'warn'], abortOnError: false },
  );
  const end = async (): Promise<void> => {
    await app.close().catch((err: unknown) => logger.error({ err }, 'The agent did not stop cleanly'));
    await kube.close();
    process.exit(exitCode);
  };
  onEnd(config.ARGOSY_EXIT_WITH_PARENT, () => void end());
  sayReady({ cluster: credential.clusterName });
}

function kubeOptions({ ARGOSY_KUBECONFIG, ARGOSY_KUBE_URL, ARGOSY_KUBE_TOKEN }: AgentConfig): ClientNodeKubeOptions {
  if (ARGOSY_KUBE_URL !== undefined) return { url: ARGOSY_KUBE_URL, token: ARGOSY_KUBE_TOKEN?.reveal() };
  return ARGOSY_KUBECONFIG !== undefined ? { kubeconfig: ARGOSY_KUBECONFIG } : { inCluster: true };
}

try {
  await start(readConfig(agentConfig, process.env));
} catch (error) {
  const isExpected = error instanceof ConfigError || error instanceof JoinError;
  sayFailed((error as Error).message);
  process.stderr.write(`${isExpected ? (error as Error).message : ((error as Error).stack ?? String(error))}\n`);
  process.exit(error instanceof ConfigError ? EXIT_CONFIG : 1);
}
