import type { ResourceType } from '@argosy/kube';
import { resources } from '@argosy/kube';

/** Kinds that are stored and served though nothing acts on them, so that `kubectl` and Helm find what they expect. */
const inert = (
  group: string,
  kind: string,
  plural: string,
  namespaced = true,
  shortNames: string[] = [],
): ResourceType => ({
  group,
  version: 'v1',
  kind,
  plural,
  namespaced,
  statusSubresource: false,
  shortNames,
});
export const servedTypes: readonly ResourceType[] = [
  ...Object.values(resources),
  inert('', 'Service', 'services', true, ['svc']),
  inert('', 'LimitRange', 'limitranges', true, ['limits']),
  inert('', 'ResourceQuota', 'resourcequotas', true, ['quota']),
  inert('rbac.authorization.k8s.io', 'Role', 'roles'),
  inert('rbac.authorization.k8s.io', 'RoleBinding', 'rolebindings'),
  inert('rbac.authorization.k8s.io', 'ClusterRole', 'clusterroles', false),
  inert('rbac.authorization.k8s.io', 'ClusterRoleBinding', 'clusterrolebindings', false),
];

export interface Route {
  readonly type: ResourceType;
  readonly namespace?: string;
  readonly name?: string;
  readonly subresource?: string;
}

const byPath = new Map(servedTypes.map((type) => [`${type.group}/${type.version}/${type.plural}`, type]));

/** The resource that a URL path names; undefined when there is none. */
export function parseRoute(pathname: string): Route | undefined {
  const parts = pathname
    .split('/')
    .filter((part) => part !== '')
    .map(decodeURIComponent);
  const root = parts.shift();
  const group = root === 'api' ? '' : root === 'apis' ? parts.shift() : undefined;
  const version = parts.shift();
  if (group === undefined || version === undefined) return undefined;
  // `/namespaces/x/pods` is about pods, `/namespaces/x` and `/namespaces/x/status` about the namespace itself.
  const isScoped = parts[0] === 'namespaces' && byPath.has(`${group}/${version}/${parts[2] ?? ''}`);
  const namespace = isScoped ? parts[1] : undefined;
  const [plural = '', name, subresource, ...rest] = isScoped ? parts.slice(2) : parts;
  const type = byPath.get(`${group}/${version}/${plural}`);
  if (!type || rest.length > 0 || (namespace !== undefined && !type.namespaced)) return undefined;
  return {
    type,
    ...(namespace !== undefined && { namespace }),
    ...(name !== undefined && { name }),
    ...(subresource !== undefined && { subresource }),
  };
}
