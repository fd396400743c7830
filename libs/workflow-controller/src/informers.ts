import type { Clock, Informer, KubeApi, KubeError, KubeObject } from '@argosy/kube';
import { createInformer, resources } from '@argosy/kube';
import { LABELS } from '@argosy/pod-plan';
import type { Pod, Workflow } from '@argosy/workflow-spec';
import { BY_CRON, cronIndex } from './cron/cron-owner.js';
import { BY_ORIGIN, originIndex } from './estimates/last-successes.js';
import { runKeyOf, watchPods } from './pods/pod-watch.js';
import { ArtifactRepositories } from './repositories/artifact-repositories.js';
import { TemplateCatalog } from './templates/template-catalog.js';

/** As in Argo: only ConfigMaps with this label are read for parameters. */
const CONFIG_MAP_TYPE = 'workflows.argoproj.io/configmap-type';

export interface Informers {
  readonly workflows: Informer<Workflow>;
  readonly pods: Informer<Pod>;
  readonly claims: Informer<KubeObject>;
  readonly configMaps: Informer<KubeObject>;
  readonly templates: TemplateCatalog;
  readonly repositories: ArtifactRepositories;
}
export interface InformerEvents {
  readonly onRun: (workflow: Workflow, deleted: boolean) => void;
  readonly onPod: (pod: Pod, deleted: boolean) => void;
  /** Something that the run may wait for has changed. */
  readonly onChange: (runKey: string, podName: string | null) => void;
  readonly onError: (error: KubeError) => void;
}

export interface InformersOptions {
  readonly namespace?: string;
  readonly ownNamespace?: string;
  readonly clock: Clock;
  readonly random?: () => number;
  /** Ends all of it, also while it is still starting. */
  readonly signal: AbortSignal;
}

/**
 * Follows everything a run depends on. Workflows come last, so that the first pass over a run finds its pods: one that is
 * not known by then does not exist. Rejects when it is ended before everything is known.
 */
export async function startInformers(
  kube: KubeApi,
  { namespace, ownNamespace, clock, random, signal }: InformersOptions,
  { onRun, onPod, onChange, onError }: InformerEvents,
): Promise<Informers> {
  const options = { namespace, clock, onError, ...(random && { random }) };
  const pods = watchPods({ kube, ...options, onPod, onChange });
  const claims = createInformer<KubeObject>(kube, resources.persistentVolumeClaims, {
    ...options,
    labelSelector: LABELS.workflow,
    onChange: ({ object }) => onChange(runKeyOf(object), null),
  });
  const configMaps = createInformer<KubeObject>(kube, resources.configMaps, {
    ...options,
    labelSelector: `${CONFIG_MAP_TYPE}=Parameter`,
  });
  const templates = new TemplateCatalog(kube, options);
  const repositories = new ArtifactRepositories(kube, { ...options, ownNamespace });
  const first = [pods, claims, configMaps, templates, repositories];
  const stopFirst = (): void => void Promise.all(first.map((informer) => informer.stop()));
  signal.addEventListener('abort', stopFirst, { once: true });
  try {
    await Promise.all(first.map(({ synced }) => synced));
    signal.throwIfAborted();
    const workflows = createInformer<Workflow & KubeObject>(kube, resources.workflows, {
      ...options,
      indexes: { [BY_CRON]: cronIndex, [BY_ORIGIN]: originIndex },
      onChange: ({ type, object }) => onRun(object, type === 'deleted'),
    });
    return { workflows, pods, claims, configMaps, templates, repositories };
  } catch (error) {
    await Promise.all(first.map((informer) => informer.stop()));
    throw error;
  }
}
