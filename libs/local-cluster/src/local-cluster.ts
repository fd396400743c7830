import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { InMemoryKube } from '@argosy/kube';
import { createInMemoryKube } from '@argosy/kube';
import { loadCredentials, writeKubeconfig } from './http/credentials.js';
import type { KubeHttpServer } from './http/kube-http-server.js';
import { startKubeHttp } from './http/kube-http-server.js';
import { lockDirectory } from './directory-lock.js';
import type { FileJournalOptions } from './journal/file-journal.js';
import { FileJournal } from './journal/file-journal.js';
import type { ProcessNode, ProcessNodeOptions } from './node/process-node.js';
import { startProcessNode } from './node/process-node.js';

export interface LocalClusterOptions extends Pick<
  ProcessNodeOptions,
  'maxPods' | 'imageVolumes' | 'hostDirectories' | 'isolation' | 'baseEnv' | 'onError'
> {
  /** A DNS label; also the name of its one node. */
  readonly name: string;
  readonly dataDir: string;
  /** Namespaces that exist from the start. Default: `default` and `argo`. */
  readonly namespaces?: readonly string[];
  /** False: objects live only as long as the process. Default: they survive it. */
  readonly survives?: FileJournalOptions['survives'] | false;
  /** Serves the API on 127.0.0.1 and writes a kubeconfig. Without a token one is made and kept. */
  readonly http?: { readonly port?: number; readonly token?: string };
}
export interface LocalCluster {
  readonly api: InMemoryKube;
  readonly node: ProcessNode;
  /** `kubeconfig` is the path of a file only its owner can read. */
  readonly http?: {
    readonly url: string;
    readonly port: number;
    readonly token: string;
    /** PEM of the certificate that the server proves itself with. */
    readonly ca: string;
    readonly kubeconfig: string;
  };
  stop(): Promise<void>;
}

/** Starts a Kubernetes API with one node that runs pods as processes of this machine. For trying, developing, testing. */
export async function startLocalCluster(options: LocalClusterOptions): Promise<LocalCluster> {
  const { name, dataDir, survives = 'process' } = options;
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const unlock = lockDirectory(dataDir);
  const journal = survives === false ? undefined : new FileJournal({ path: join(dataDir, 'objects.jsonl'), survives });
  const api = createInMemoryKube({
    namespaces: options.namespaces ?? ['default', 'argo'],
    ...(journal && { journal }),
  });
  const { maxPods, imageVolumes, hostDirectories, isolation, baseEnv, onError } = options;
  const node = await startProcessNode({
    api,
    dataDir,
    nodeName: name,
    ...(maxPods !== undefined && { maxPods }),
    ...(imageVolumes && { imageVolumes }),
    ...(hostDirectories && { hostDirectories }),
    ...(isolation && { isolation }),
    ...(baseEnv && { baseEnv }),
    ...(onError && { onError }),
  });
  api.attachLogs((pod, logOptions) => node.logs(pod, logOptions));
  const http =
    options.http &&
    (await serve(options, api, options.http).catch(async (error: unknown) => {
      await node.stop();
      throw error;
    }));
  return {
    api,
    node,
    ...(http && { http: http.told }),
    stop: async () => {
      await node.stop();
      await http?.server.close();
      api.disconnectWatchers();
      journal?.close();
      unlock();
    },
  };
}

async function serve(
  { name, dataDir }: LocalClusterOptions,
  api: InMemoryKube,
  { port, token }: NonNullable<LocalClusterOptions['http']>,
): Promise<{ server: KubeHttpServer; told: NonNullable<LocalCluster['http']> }> {
  const credentials = loadCredentials(dataDir, name, token);
  const server = await startKubeHttp({
    api,
    token: credentials.token,
    tls: credentials,
    ...(port !== undefined && { port }),
  });
  const kubeconfig = writeKubeconfig(dataDir, name, server.url, credentials);
  const { url, port: served } = server;
  return { server, told: { url, port: served, token: credentials.token, ca: credentials.cert, kubeconfig } };
}
