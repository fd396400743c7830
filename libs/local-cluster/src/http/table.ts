import type { KubeObject, ResourceType } from '@argosy/kube';
import type { ContainerStatus, Pod } from 'kubernetes-types/core/v1.js';

interface Column {
  readonly name: string;
  readonly type: 'string' | 'integer' | 'date';
  readonly value: (object: never, nowMs: number) => string | number;
}
type WithStatus = KubeObject & { status?: { phase?: string; progress?: string; message?: string } };
type Claim = WithStatus & { spec?: { volumeName?: string } };
type Cron = KubeObject & { spec?: { schedule?: string; schedules?: string[]; suspend?: boolean } };

const column = <T>(
  name: string,
  value: (object: T, nowMs: number) => string | number,
  type: Column['type'] = 'string',
): Column => ({ name, type, value });

const NAME = column<KubeObject>('Name', (object) => object.metadata?.name ?? '');
const AGE = column<KubeObject>('Age', (object, nowMs) => age(object.metadata?.creationTimestamp, nowMs));

const COLUMNS: Readonly<Record<string, readonly Column[]>> = {
  pods: [
    NAME,
    column<Pod>('Ready', (pod) => {
      const all = pod.status?.containerStatuses ?? [];
      return `${all.filter(({ ready }) => ready).length}/${pod.spec?.containers.length ?? 0}`;
    }),
    column<Pod>('Status', podState),
    column<Pod>('Restarts', (pod) => sum(pod.status?.containerStatuses), 'integer'),
    AGE,
  ],
  workflows: [
    NAME,
    column<WithStatus>('Status', (workflow) => workflow.status?.phase ?? ''),
    AGE,
    column<WithStatus>('Message', (workflow) => workflow.status?.message ?? ''),
  ],
  cronworkflows: [
    NAME,
    column<Cron>('Schedule', ({ spec }) => spec?.schedules?.join(',') ?? spec?.schedule ?? ''),
    column<Cron>('Suspend', ({ spec }) => String(spec?.suspend ?? false)),
    AGE,
  ],
  persistentvolumeclaims: [
    NAME,
    column<Claim>('Status', (claim) => claim.status?.phase ?? ''),
    column<Claim>('Volume', (claim) => claim.spec?.volumeName ?? ''),
    AGE,
  ],
  namespaces: [NAME, column<WithStatus>('Status', (namespace) => namespace.status?.phase ?? ''), AGE],
};

/** What `kubectl get` prints: the server chooses the columns. */
export function toTable(
  type: ResourceType,
  objects: readonly KubeObject[],
  resourceVersion: string,
  nowMs: number,
  includeObject: string,
): object {
  const columns = COLUMNS[type.plural] ?? [NAME, AGE];
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata: { resourceVersion },
    columnDefinitions: columns.map(({ name, type: format }) => ({
      name,
      type: format,
      format: name === 'Name' ? 'name' : '',
      description: '',
      priority: 0,
    })),
    rows: objects.map((object) => ({
      cells: columns.map(({ value }) => value(object as never, nowMs)),
      object: includeObject === 'Object' ? object : partial(object),
    })),
  };
}

const partial = ({ metadata }: KubeObject): object => ({
  kind: 'PartialObjectMetadata',
  apiVersion: 'meta.k8s.io/v1',
  metadata,
});

const sum = (statuses: readonly ContainerStatus[] | undefined): number =>
  (statuses ?? []).reduce((total, { restartCount }) => total + restartCount, 0);

function podState(pod: Pod): string {
  if (pod.metadata?.deletionTimestamp !== undefined) return 'Terminating';
  for (const { state } of pod.status?.containerStatuses ?? []) {
    const reason = state?.waiting?.reason ?? state?.terminated?.reason;
    if (reason !== undefined) return reason;
  }
  return pod.status?.reason ?? pod.status?.phase ?? '';
}

const STEPS: readonly [number, string][] = [
  [86_400, 'd'],
  [3_600, 'h'],
  [60, 'm'],
  [1, 's'],
];

function age(creation: string | undefined, nowMs: number): string {
  if (creation === undefined) return '<unknown>';
  const seconds = Math.max(0, Math.floor((nowMs - Date.parse(creation)) / 1000));
  const [size, unit] = STEPS.find(([step]) => seconds >= step * 2) ?? [1, 's'];
  return `${Math.floor(seconds / size)}${unit}`;
}
