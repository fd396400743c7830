import { templateLibrary } from '@argosy/workflow-spec';
import type {
  Artifact,
  ArtifactRepository,
  Outputs,
  PodDisruptionBudgetSpec,
  Workflow,
  WorkflowTemplate,
} from '@argosy/workflow-spec';
import type { EngineCommand, EnsurePod } from '../model/command.js';
import { instant } from '../model/instant.js';
import type { Instant } from '../model/instant.js';
import type {
  ClaimRefusal,
  ContainerObservation,
  EarlierRun,
  LockObservation,
  MemoObservation,
  NeverStarted,
  PodObservation,
  RepositoryMap,
  RequestObservation,
  World,
} from '../model/observation.js';
import type { LockRef } from '../locks/lock-ref.js';
import type { RunRank } from '../locks/lock-table.js';
import { asEarlierRun, secondsOf } from '../policies/estimate.policy.js';
import { activeDeadlineAt, earliest } from '../policies/timeout.policy.js';
import { ScriptedRequests } from './scripted-requests.js';
import { ScriptedLocks } from './scripted-locks.js';
import { ScriptedMemos } from './scripted-memos.js';

/** What a pod does, told in advance. Times are milliseconds from its creation. */
export interface PodOutcome {
  readonly phase?: 'Succeeded' | 'Failed' | 'Error';
  readonly message?: string;
  readonly exitCode?: number;
  readonly result?: string;
  readonly parameters?: Readonly<Record<string, string>>;
  readonly artifacts?: readonly Artifact[];
  /** While it is Pending, such as `ImagePullBackOff: no such image`. */
  readonly pendingMessage?: string;
  /** `N/M`, as it reports while it runs. */
  readonly progress?: string;
  /** Default 1,000. */
  readonly runsAfterMs?: number;
  /** When the running pod becomes ready. Default: as it runs. */
  readonly readyAfterMs?: number;
  /** Default 2,000. `never` keeps it running until it is terminated. */
  readonly endsAfterMs?: number | 'never';
  /** The pod object is gone at its end instead of telling how it ended. */
  readonly vanishes?: boolean;
  /** It fails instead of running; with `beside` it has run by then, but without the step's program. */
  readonly neverStarted?: NeverStarted & { readonly beside?: boolean };
  readonly hostNodeName?: string;
  /** Members of a container set. Default end: with the pod. */
  readonly containers?: Readonly<Record<string, { readonly exitCode?: number; readonly endsAfterMs?: number }>>;
}
export type PodScript = (pod: EnsurePod) => PodOutcome;

interface ScriptedPod {
  observation: PodObservation;
  readonly outcome: PodOutcome;
  readonly runsAt: Instant;
  readonly readyAt: Instant;
  readonly createdAt: Instant;
  endsAt: Instant | null;
}

/** A cluster whose pods do what a script says, in virtual time. */
export class ScriptedWorld implements World {
  now: Instant;
  changedPods: readonly string[] | null = null;
  readonly requests = new ScriptedRequests();
  readonly claims = new Set<string>();
  /** Claims that cannot be made, and why. */
  readonly claimRefusals = new Map<string, ClaimRefusal>();
  readonly budgets = new Map<string, PodDisruptionBudgetSpec>();
  configMaps = new Map<string, Record<string, string>>();
  templates = templateLibrary([]);
  /** Artifact repositories of ConfigMaps, by `run/name` and `controller/name`; the key `default` is the default. */
  readonly repositories = new Map<string, Record<string, ArtifactRepository>>();
  locks = new ScriptedLocks();
  /** Whose eyes look at the locks. */
  run: RunRank = { run: 'default/wf', priority: 0, createdAt: '' };
  isPostponed = false;
  /** The last run of whatever the run was made from. */
  earlier: Workflow | undefined;
  memos = new ScriptedMemos();
  /** How often each pod was created; more than once is a bug unless the pod vanished while pending. */
  readonly created = new Map<string, number>();
  private readonly pods = new Map<string, ScriptedPod>();
  /** Pods to which something may still happen, so that a step costs what is open and not what ever was. */
  private readonly open = new Set<string>();

  constructor(
    private readonly script: PodScript = () => ({}),
    startAt = Date.UTC(2026, 0, 1),
  ) {
    this.now = instant(startAt);
  }

  pod(podName: string): PodObservation | undefined {
    return this.pods.get(podName)?.observation;
  }
  persistentVolumeClaim(name: string): 'present' | 'absent' | ClaimRefusal {
    return this.claims.has(name) ? 'present' : (this.claimRefusals.get(name) ?? 'absent');
  }
  podDisruptionBudget(name: string): 'present' | 'absent' {
    return this.budgets.has(name) ? 'present' : 'absent';
  }
  workflowTemplate(name: string): WorkflowTemplate | undefined {
    return this.templates.find(name, false);
  }
  clusterWorkflowTemplate(name: string): WorkflowTemplate | undefined {
    return this.templates.find(name, true);
  }
  artifactRepositories(owner: 'run' | 'controller', configMap: string): RepositoryMap | undefined {
    const repositories = this.repositories.get(`${owner}/${configMap}`);
    return repositories && { namespace: owner, defaultKey: 'default', repository: (key) => repositories[key] };
  }
  configMapKey(name: string, key: string): string | undefined {
    return this.configMaps.get(name)?.[key];
  }
  lock(lock: LockRef): LockObservation {
    return this.locks.observe(lock, this.run);
  }
  request(nodeId: string): RequestObservation | undefined {
    return this.requests.observe(nodeId);
  }
  memo(cacheName: string, key: string): MemoObservation {
    return this.memos.observe(cacheName, key);
  }
  memoRefusal(commandKey: string): string | null {
    return this.memos.refusals.get(commandKey) ?? null;
  }
  lastSuccess(): EarlierRun | undefined {
    const { metadata, status } = this.earlier ?? {};
    return metadata && asEarlierRun(metadata.name ?? '', status, (id) => secondsOf(status?.nodes?.[id]));
  }
  podNames(): string[] {
    return [...this.pods.keys()];
  }

  /** Does what the engine asks for; asking twice changes nothing. @returns pods that changed */
  perform(command: EngineCommand): string[] {
    switch (command.type) {
      case 'EnsurePod':
        return this.pods.has(command.podName) ? [] : [this.create(command)];
      case 'TerminatePod':
        return this.terminate(command.podName);
      case 'DeletePod':
        return this.pods.delete(command.podName) ? [command.podName] : [];
      // Scripted pods go when they are deleted.
      case 'FreePod':
        return [];
      case 'SendHttp':
      case 'CallPlugin':
        return this.requests.perform(command, this.now) ? [command.nodeId] : [];
      case 'StoreMemo':
        return this.memos.store(command);
      case 'EnsurePodDisruptionBudget':
        this.budgets.set(command.name, command.spec);
        return [];
      case 'DeletePodDisruptionBudget':
        this.budgets.delete(command.name);
        return [];
      case 'EnsurePersistentVolumeClaim':
        if (!this.claimRefusals.has(command.name)) this.claims.add(command.name);
        return [];
      case 'DeletePersistentVolumeClaim':
        this.claims.delete(command.name);
        return [];
    }
  }

  private create(command: EnsurePod): string {
    const outcome = withinDeadline(this.script(command), activeDeadlineAt(command.template, instant(0)));
    const { runsAfterMs = 1000, endsAfterMs = 2000 } = outcome;
    this.created.set(command.podName, (this.created.get(command.podName) ?? 0) + 1);
    this.open.add(command.podName);
    this.pods.set(command.podName, {
      outcome,
      createdAt: this.now,
      runsAt: instant(this.now + runsAfterMs),
      readyAt: instant(this.now + Math.max(runsAfterMs, outcome.readyAfterMs ?? 0)),
      endsAt: endsAfterMs === 'never' ? null : instant(this.now + endsAfterMs),
      observation: pending(command, this.created.get(command.podName) ?? 1, outcome.pendingMessage),
    });
    return command.podName;
  }

  private terminate(podName: string): string[] {
    const pod = this.pods.get(podName);
    if (!pod || isFinal(pod.observation)) return [];
    pod.endsAt = this.now;
    pod.observation = ended(pod, this.now, { phase: 'Failed', exitCode: 143, message: 'main: Error (exit code 143)' });
    return [podName];
  }

  /** Takes a pod away, as an eviction or a careless person does. */
  remove(podName: string): void {
    this.pods.delete(podName);
  }

  /** When something happens next by itself; null when nothing will. */
  nextEventAt(): Instant | null {
    let next: Instant | null = this.requests.nextEventAt();
    for (const pod of this.openPods()) {
      const at = nextOf(pod);
      if (at !== null && (next === null || at < next)) next = at;
    }
    return next;
  }

  /** Lets time pass. @returns pods that changed meanwhile */
  advanceTo(at: Instant): string[] {
    this.now = at;
    const changed: string[] = this.requests.advanceTo(at);
    for (const pod of this.openPods()) {
      const before = pod.observation;
      const { podName } = before;
      if (pod.observation.phase === 'Pending' && pod.runsAt <= at && canRun(pod)) pod.observation = running(pod);
      if (isUnready(pod) && pod.readyAt <= at) pod.observation = { ...pod.observation, ready: true };
      if (!isFinal(pod.observation) && pod.endsAt !== null && pod.endsAt <= at) {
        if (pod.outcome.vanishes) this.pods.delete(podName);
        else pod.observation = ended(pod, pod.endsAt, pod.outcome);
        observeContainers(pod, at);
        changed.push(podName);
      } else if (observeContainers(pod, at) || pod.observation !== before) changed.push(podName);
      else if (isFinal(pod.observation)) this.open.delete(podName);
    }
    return changed;
  }

  private *openPods(): Generator<ScriptedPod> {
    for (const podName of this.open) {
      const pod = this.pods.get(podName);
      if (pod) yield pod;
      else this.open.delete(podName);
    }
  }
}

const canRun = ({ outcome: { neverStarted } }: ScriptedPod): boolean => !neverStarted || neverStarted.beside === true;

/** As the kubelet sees to it. */
function withinDeadline(outcome: PodOutcome, deadlineMs: number | null): PodOutcome {
  const { endsAfterMs = 2000, ...others } = outcome;
  if (deadlineMs === null || (endsAfterMs !== 'never' && endsAfterMs <= deadlineMs)) return outcome;
  const message = 'Pod was active on the node longer than the specified deadline';
  return { ...others, endsAfterMs: deadlineMs, phase: 'Failed', message, exitCode: 143 };
}

const isUnready = ({ observation }: ScriptedPod): boolean => observation.phase === 'Running' && !observation.ready;

function nextOf(pod: ScriptedPod): Instant | null {
  if (pod.observation.phase === 'Pending') return canRun(pod) ? pod.runsAt : pod.endsAt;
  if (isFinal(pod.observation)) return null;
  const running = pod.observation.containers.filter(({ phase }) => phase === 'Running');
  const ends = running.map(({ name }) => containerEnd(pod, name));
  return earliest(isUnready(pod) ? pod.readyAt : null, pod.endsAt, ...ends);
}

function containerEnd({ outcome, createdAt }: ScriptedPod, name: string): Instant | null {
  const after = outcome.containers?.[name]?.endsAfterMs;
  return after === undefined ? null : instant(createdAt + after);
}

/** @returns whether one began or ended */
function observeContainers(pod: ScriptedPod, at: Instant): boolean {
  const { outcome, observation } = pod;
  if (!outcome.containers || observation.phase === 'Pending') return false;
  const containers = Object.entries(outcome.containers).map(([name, { exitCode = 0 }]): ContainerObservation => {
    const end = containerEnd(pod, name) ?? (isFinal(observation) ? at : null);
    if (end === null || end > at) return { name, phase: 'Running', message: '', finishedAt: null };
    if (exitCode === 0) return { name, phase: 'Succeeded', message: '', finishedAt: end };
    const message = `${name}: Error (exit code ${exitCode})`;
    return { name, phase: exitCode === 64 ? 'Error' : 'Failed', message, finishedAt: end };
  });
  const isSame = containers.every(({ phase }, i) => phase === observation.containers[i]?.phase);
  if (!isSame) pod.observation = { ...observation, containers };
  return !isSame;
}

const isFinal = (pod: PodObservation): boolean => pod.phase !== 'Pending' && pod.phase !== 'Running';

function pending(command: EnsurePod, incarnation: number, message = ''): PodObservation {
  return {
    podName: command.podName,
    nodeId: command.nodeId,
    uid: `${command.podName}-${incarnation}`,
    phase: 'Pending',
    message,
    startedAt: null,
    finishedAt: null,
    exitCode: null,
    outputs: null,
    outputsPending: false,
    containers: [],
    hostNodeName: '',
    podIP: '',
    ready: false,
    progress: '',
    neverStarted: null,
    lingers: false,
    isHeldInVain: false,
    resourcesDuration: null,
  };
}

function running(pod: ScriptedPod): PodObservation {
  const hostNodeName = pod.outcome.hostNodeName ?? 'node-1';
  const { progress = '' } = pod.outcome;
  const seen = { phase: 'Running', message: '', hostNodeName, podIP: '10.0.0.1', progress } as const;
  return { ...pod.observation, ...seen, startedAt: pod.runsAt };
}

function ended(pod: ScriptedPod, at: Instant, outcome: PodOutcome): PodObservation {
  const { neverStarted } = outcome;
  if (neverStarted) {
    const { reason, message } = neverStarted;
    const told = { phase: 'Failed', message: message || reason, neverStarted: { reason, message } } as const;
    return { ...pod.observation, ...told, finishedAt: at };
  }
  const phase = outcome.phase ?? 'Succeeded';
  const exitCode = outcome.exitCode ?? (phase === 'Succeeded' ? 0 : phase === 'Failed' ? 1 : null);
  const failure = exitCode === null ? 'pod could not start' : `main: Error (exit code ${exitCode})`;
  const outputs: Outputs = {};
  if (outcome.result !== undefined) outputs.result = outcome.result;
  const parameters = Object.entries(outcome.parameters ?? {}).map(([name, value]) => ({ name, value }));
  if (parameters.length > 0) outputs.parameters = parameters;
  if (outcome.artifacts) outputs.artifacts = [...outcome.artifacts];
  return {
    ...pod.observation,
    phase,
    message: outcome.message ?? (phase === 'Succeeded' ? '' : failure),
    startedAt: pod.observation.startedAt ?? pod.runsAt,
    finishedAt: at,
    exitCode,
    outputs,
    resourcesDuration: { cpu: 1, memory: 2 },
  };
}
