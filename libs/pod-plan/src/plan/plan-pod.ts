import { ENV, PATHS } from '@argosy/executor-protocol';
import { activeSecondsOf } from '@argosy/workflow-engine';
import type { EnsurePod } from '@argosy/workflow-engine';
import { durationMs, yamlValue } from '@argosy/workflow-spec';
import type {
  Affinity,
  Container,
  Pod,
  PodGC,
  PodResourceClaim,
  PodSpec,
  ResourceRequirements,
  Template,
  UserContainer,
  Volume,
} from '@argosy/workflow-spec';
import type { PodPlanContext } from './context.js';
import { ANNOTATIONS, FINALIZERS, LABELS, MAIN_CONTAINER } from './labels.js';
import { refuseArtifacts } from './artifacts.js';
import { argoEnvironment } from './argo-environment.js';
import { ownCommandOf } from './own-command.js';
import { PodPlanError } from './plan-error.js';
import { programsOf } from './programs.js';
import type { Program } from './programs.js';
import { strategicMerge } from './strategic-merge.js';
import { planContainer, supervised, SUPERVISOR_MOUNT, VOLUMES } from './supervised-container.js';

/**
 * The pod that fulfils an EnsurePod; null while the own command of one of its images is being looked up. Pure: the same
 * command and context give the same pod. Throws PodPlanError when no pod can ever fulfil it.
 */
export function planPod(command: EnsurePod, context: PodPlanContext): Pod | null {
  refuseArtifacts(command.template);
  const programs = programsOf(command.template, context);
  const spec = underSupervisor(
    patched(planSpec(command, programs, context), command, context),
    programs,
    command,
    context,
  );
  if (spec === null) return null;
  return { apiVersion: 'v1', kind: 'Pod', metadata: planMetadata(command, context), spec };
}

/** Comes last: patches may change what is run, in which image, and how long the pod has to end. */
function underSupervisor(
  spec: PodSpec,
  programs: readonly Program[],
  command: EnsurePod,
  context: PodPlanContext,
): PodSpec | null {
  const ownCommand = ownCommandOf(command.template, spec, context);
  const containers: Container[] = [];
  let isWaiting = false;
  for (const container of spec.containers ?? []) {
    const program = programs.find(({ name }) => name === container.name);
    const planned = program ? supervised(withGracePeriod(container, spec), program, command, ownCommand) : container;
    if (planned) containers.push(planned);
    else isWaiting = true;
  }
  return isWaiting ? null : { ...spec, containers };
}

/** The supervisor has to be done before the pod's grace is over. */
function withGracePeriod(container: Container, { terminationGracePeriodSeconds: seconds }: PodSpec): Container {
  if (seconds === undefined) return container;
  const variable = { name: ENV.terminationGracePeriodSeconds, value: String(seconds) };
  return { ...container, env: [variable, ...(container.env ?? [])] };
}

function planMetadata(command: EnsurePod, { workflow, holdsPods }: PodPlanContext): Pod['metadata'] {
  const { podMetadata } = workflow.spec;
  const { metadata } = command.template;
  return {
    name: command.podName,
    namespace: workflow.metadata.namespace,
    labels: {
      ...podMetadata?.labels,
      ...metadata?.labels,
      [LABELS.workflow]: workflow.metadata.name ?? '',
      [LABELS.completed]: 'false',
      ...(command.onExit ? { [LABELS.onExit]: 'true' } : {}),
    },
    annotations: {
      ...podMetadata?.annotations,
      ...metadata?.annotations,
      [ANNOTATIONS.nodeId]: command.nodeId,
      [ANNOTATIONS.nodeName]: command.nodeName,
      [ANNOTATIONS.defaultContainer]: defaultContainerOf(command.template),
      ...(workflow.spec.podGC && { [ANNOTATIONS.podGCStrategy]: garbageStrategyOf(workflow.spec.podGC) }),
    },
    ...(holdsPods && { finalizers: [FINALIZERS.status] }),
    ownerReferences: [
      {
        apiVersion: 'argoproj.io/v1alpha1',
        kind: 'Workflow',
        name: workflow.metadata.name ?? '',
        uid: workflow.metadata.uid ?? '',
        controller: true,
        blockOwnerDeletion: true,
      },
    ],
  };
}

/** For whoever finds the pod without its workflow: the strategy, and the time between the end of the pod and its own. */
function garbageStrategyOf({ strategy = '', deleteDelayDuration = GARBAGE_DELAY }: PodGC): string {
  return `${strategy}/${(durationMs(deleteDelayDuration) ?? 0) / 1000}s`;
}
/** Argo's. */
const GARBAGE_DELAY = '5s';

/** Where `kubectl logs` looks when it is not told. */
function defaultContainerOf({ containerSet }: Template): string {
  const names = containerSet?.containers.map(({ name }) => name) ?? [MAIN_CONTAINER];
  return names.includes(MAIN_CONTAINER) ? MAIN_CONTAINER : (names[0] ?? MAIN_CONTAINER);
}

/** What kubernetes-types 1.30 does not know yet: the resources of a whole pod, and claims as they are today. */
interface PodResources {
  resources: ResourceRequirements | undefined;
  resourceClaims: PodResourceClaim[] | undefined;
}

function planSpec(command: EnsurePod, programs: readonly Program[], context: PodPlanContext): PodSpec {
  const { template, boundaryTemplate } = command;
  const { spec } = context.workflow;
  const containers = programs.map((program) => planContainer(program, command, context));
  const serviceAccountName = template.serviceAccountName ?? spec.serviceAccountName;
  const fields: PodSpec & PodResources = {
    restartPolicy: 'Never',
    initContainers: [
      ...supervisorInstaller(context),
      ...(template.initContainers ?? []).map((container) => planBesides(container, containers, command, context)),
      ...(template.sidecars ?? []).map((container) =>
        planSidecar(planBesides(container, containers, command, context)),
      ),
    ],
    containers,
    volumes: planVolumes(command, context),
    serviceAccountName,
    // A step needs no access to the Kubernetes API, unless that is what it is for; other programs have to say so.
    automountServiceAccountToken:
      template.automountServiceAccountToken ??
      spec.automountServiceAccountToken ??
      (serviceAccountName !== undefined || template.resource !== undefined),
    activeDeadlineSeconds: activeDeadlineSeconds(command, context),
    nodeSelector: template.nodeSelector ?? boundaryTemplate?.nodeSelector ?? spec.nodeSelector,
    affinity: avoiding(template.affinity ?? boundaryTemplate?.affinity ?? spec.affinity, command.avoidHosts),
    tolerations: template.tolerations ?? boundaryTemplate?.tolerations ?? spec.tolerations,
    schedulerName: template.schedulerName ?? spec.schedulerName,
    priorityClassName: template.priorityClassName ?? spec.podPriorityClassName,
    securityContext: template.securityContext ?? spec.securityContext,
    hostAliases: joined(spec.hostAliases, template.hostAliases),
    imagePullSecrets: spec.imagePullSecrets,
    hostNetwork: spec.hostNetwork,
    dnsPolicy: spec.dnsPolicy,
    dnsConfig: spec.dnsConfig,
    resources: template.podResources ?? spec.podResources,
    resourceClaims: template.resourceClaims ?? spec.resourceClaims,
  };
  if (fields.initContainers?.length === 0) delete fields.initContainers;
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as unknown as PodSpec;
}

/** The template's, which count from the start of the pod, or what is left until the deadline; Kubernetes takes no 0. */
function activeDeadlineSeconds({ template, deadline }: EnsurePod, { nowMs }: PodPlanContext): number | undefined {
  const left = deadline === null ? Infinity : Math.ceil((deadline - nowMs) / 1000);
  const seconds = Math.min(activeSecondsOf(template) ?? Infinity, left);
  return seconds === Infinity ? undefined : Math.max(1, seconds);
}

function joined<T>(first: readonly T[] | undefined, second: readonly T[] | undefined): T[] | undefined {
  return first || second ? [...(first ?? []), ...(second ?? [])] : undefined;
}

function supervisorInstaller({ supervisor }: PodPlanContext): Container[] {
  if (supervisor.delivery === 'image-volume') return [];
  return [
    {
      name: 'init',
      image: supervisor.image,
      command: ['/supervisor', 'install', PATHS.supervisor],
      volumeMounts: [{ name: VOLUMES.supervisor, mountPath: PATHS.supervisorVolume }],
      resources: { requests: { cpu: '10m', memory: '16Mi' }, limits: { cpu: '100m', memory: '32Mi' } },
    },
  ];
}

/**
 * Kubernetes starts a sidecar before main and ends it after main; nobody else in the pod could. Under the supervisor even a
 * shell hears the signal, which the first process of a container ignores unless it was written for that.
 */
function planSidecar(container: Container): Container {
  const sidecar: Container = { ...container, restartPolicy: 'Always' };
  if (!container.command?.length) return sidecar;
  return {
    ...sidecar,
    command: [PATHS.supervisor, 'run', '--report', '/dev/null', '--', ...container.command],
    volumeMounts: [SUPERVISOR_MOUNT, ...(container.volumeMounts ?? [])],
  };
}

/** A sidecar or init container of the user's; with mirrorVolumeMounts it sees what the step sees of the user's. */
function planBesides(
  { mirrorVolumeMounts, ...container }: UserContainer,
  containers: readonly Container[],
  command: EnsurePod,
  context: PodPlanContext,
): Container {
  const own = new Set<string>(Object.values(VOLUMES));
  const mounts = containers.flatMap(({ volumeMounts }) => volumeMounts ?? []).filter(({ name }) => !own.has(name));
  const mirrored = mirrorVolumeMounts ? new Map(mounts.map((mount) => [mount.mountPath, mount])).values() : [];
  const shared = { name: VOLUMES.shared, mountPath: PATHS.shared };
  return {
    ...container,
    env: [...argoEnvironment(command, context, container.name), ...(container.env ?? [])],
    volumeMounts: [shared, ...(container.volumeMounts ?? []), ...mirrored],
  };
}

function planVolumes({ template }: EnsurePod, { workflow, supervisor }: PodPlanContext): Volume[] {
  // kubernetes-types 1.30 does not know image volumes yet.
  const image = {
    name: VOLUMES.supervisor,
    image: { reference: supervisor.image, pullPolicy: 'IfNotPresent' },
  } as Volume;
  const used = new Set(
    [
      template.container,
      template.script,
      template.containerSet,
      ...(template.containerSet?.containers ?? []),
      ...(template.sidecars ?? []),
      ...(template.initContainers ?? []),
    ]
      .flatMap((container) => container?.volumeMounts ?? [])
      .map(({ name }) => name),
  );
  const claims = (workflow.spec.volumeClaimTemplates ?? []).map((claim): Volume => ({
    name: claim.metadata?.name ?? '',
    persistentVolumeClaim: { claimName: `${workflow.metadata.name}-${claim.metadata?.name}` },
  }));
  const volumes = [
    supervisor.delivery === 'image-volume' ? image : { name: VOLUMES.supervisor, emptyDir: {} },
    { name: VOLUMES.shared, emptyDir: {} },
    ...(template.script || template.resource ? [{ name: VOLUMES.staging, emptyDir: {} }] : []),
    ...(template.volumes ?? []),
    ...[...(workflow.spec.volumes ?? []), ...claims].filter(
      ({ name }) => used.has(name) && !(template.volumes ?? []).some((volume) => volume.name === name),
    ),
  ];
  const missing = [...used].find((name) => !volumes.some((volume) => volume.name === name));
  if (missing !== undefined) throw new PodPlanError(`volume '${missing}' not found in workflow spec`);
  return volumes;
}

/** Adds to the affinity that the pod must not run on the hosts of earlier attempts. */
function avoiding(affinity: Affinity | undefined, hosts: readonly string[]): Affinity | undefined {
  if (hosts.length === 0) return affinity;
  const expression = { key: 'kubernetes.io/hostname', operator: 'NotIn', values: [...hosts] };
  const node = affinity?.nodeAffinity;
  const terms = node?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [{}];
  const nodeSelectorTerms = terms.map((term) => ({
    ...term,
    matchExpressions: [...(term.matchExpressions ?? []), expression],
  }));
  return {
    ...affinity,
    nodeAffinity: { ...node, requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } },
  };
}

/** The workflow's podSpecPatch first, then the template's. */
function patched(spec: PodSpec, { template }: EnsurePod, { workflow }: PodPlanContext): PodSpec {
  return [workflow.spec.podSpecPatch, template.podSpecPatch].reduce<PodSpec>(
    (result, patch) => (patch ? (strategicMerge(result, applicable(result, parsePatch(patch))) as PodSpec) : result),
    spec,
  );
}

/** Containers that Argo puts beside those of a step. */
const ARGOS_CONTAINERS: ReadonlySet<string> = new Set(['init', 'wait', 'supervisor']);

/** Without what a patch says about containers of Argo that this pod has no need of: it would make new ones of them. */
function applicable(spec: PodSpec, patch: object): object {
  const kept = Object.entries(patch).map(([field, value]) => {
    if ((field !== 'containers' && field !== 'initContainers') || !Array.isArray(value)) return [field, value] as const;
    const present = new Set(spec[field]?.map(({ name }) => name));
    const members = (value as (Partial<Container> | null)[]).filter((member) => {
      const name = member?.name ?? '';
      return present.has(name) || !ARGOS_CONTAINERS.has(name);
    });
    return [field, members] as const;
  });
  return Object.fromEntries(kept);
}

function parsePatch(patch: string): object {
  let value: unknown;
  try {
    value = yamlValue(patch);
  } catch (cause) {
    throw new PodPlanError(`Error applying PodSpecPatch: it is not YAML: ${(cause as Error).message}`, { cause });
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new PodPlanError('Error applying PodSpecPatch: it must be an object: part of a pod spec, as YAML or JSON');
  }
  return value;
}
