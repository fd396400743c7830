import { afterEach, describe, expect, it } from '@jest/globals';
import type { KubeObject } from '@argosy/kube';
import { resources } from '@argosy/kube';
import type { WorkflowSpec } from '@argosy/workflow-spec';
import type { WorkflowControllerOptions } from '../controller-options.js';
import { container, TestCluster } from '../testing/test-cluster.js';

let cluster: TestCluster;
afterEach(() => cluster.close());

const DEFAULT = 'workflows.argoproj.io/default-artifact-repository';
const clusterWith = async (namespace: string): Promise<void> => {
  cluster = new TestCluster();
  await cluster.kube.create<KubeObject>(resources.namespaces, { metadata: { name: namespace } });
};
const s3 = (bucket: string): string => `s3:\n  bucket: ${bucket}\n  endpoint: minio\n`;
const map = (name: string, data: Record<string, string>, namespace = 'default', annotations = {}): Promise<unknown> =>
  cluster.kube.create<KubeObject & { data: object }>(resources.configMaps, {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace, annotations },
    data,
  });
async function recorded(spec: WorkflowSpec = {}, options: Partial<WorkflowControllerOptions> = {}): Promise<unknown> {
  await cluster.controller(cluster.kube, { ownNamespace: 'argo', ...options });
  await cluster.submit([container('main')], spec);
  const { status } = await cluster.ended();
  return status?.phase === 'Error' ? status.message : status?.artifactRepositoryRef;
}

describe('artifact repositories', () => {
  it('are those of the namespace, by the default that it names', async () => {
    cluster = new TestCluster();
    await map('artifact-repositories', { a: s3('a'), b: s3('b') }, 'default', { [DEFAULT]: 'b' });
    expect(await recorded()).toEqual({
      configMap: 'artifact-repositories',
      key: 'b',
      namespace: 'default',
      artifactRepository: { s3: { bucket: 'b', endpoint: 'minio' } },
    });
  });

  it('may be in a ConfigMap of another name, or where the controller is', async () => {
    await clusterWith('argo');
    await map('shared', { a: s3('shared') }, 'argo');
    expect(await recorded({ artifactRepositoryRef: { configMap: 'shared', key: 'a' } })).toMatchObject({
      namespace: 'argo',
      artifactRepository: { s3: { bucket: 'shared' } },
    });
  });

  it('are looked for outside the namespace that a controller is confined to', async () => {
    await clusterWith('argo');
    await map('artifact-repositories', { a: s3('own') }, 'argo');
    const ref = { artifactRepositoryRef: { key: 'a' } };
    expect(await recorded(ref, { namespace: 'default' })).toMatchObject({ namespace: 'argo' });
  });

  it('are otherwise what the controller is configured with', async () => {
    cluster = new TestCluster();
    const artifactRepository = { gcs: { bucket: 'fallback' } };
    expect(await recorded({}, { rules: { artifactRepository } })).toEqual({ default: true, artifactRepository });
  });

  it.each([
    ['s3: [', 'artifact repository default/mine#a is no YAML'],
    ['just text', 'artifact repository default/mine#a must be a map'],
  ])('have to be readable: %s', async (text, message) => {
    cluster = new TestCluster();
    await map('mine', { a: text });
    expect(await recorded({ artifactRepositoryRef: { configMap: 'mine', key: 'a' } })).toContain(message);
  });
});
