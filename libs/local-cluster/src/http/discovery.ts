import type { ResourceType } from '@argosy/kube';
import { servedTypes } from './routes.js';

const VERBS = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];
const versionsOf = (group: string): string[] => [
  ...new Set(servedTypes.filter((type) => type.group === group).map((type) => type.version)),
];
const groups = [...new Set(servedTypes.map((type) => type.group))].filter((group) => group !== '');

/** What a client asks before it asks for anything else; undefined when the path is not about discovery. */
export function discovery(pathname: string, accept: string): unknown {
  const path = pathname.replace(/\/+$/, '');
  const aggregated = accept.includes('as=APIGroupDiscoveryList');
  if (path === '/version')
    return { major: '1', minor: '32', gitVersion: 'v1.32.0-argosy-local', platform: 'linux/amd64' };
  if (path === '/api') {
    return aggregated ? aggregate(['']) : { kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs: [] };
  }
  if (path === '/apis') {
    return aggregated ? aggregate(groups) : { kind: 'APIGroupList', apiVersion: 'v1', groups: groups.map(groupInfo) };
  }
  if (path === '/openapi/v3') return { paths: openApiPaths() };
  const [, root, ...rest] = path.split('/');
  if (root === 'openapi' && rest[0] === 'v3') return openApi(rest.slice(1).join('/'));
  if (root === 'api' && rest.length === 1) return resourceList('', rest[0] ?? '');
  if (root !== 'apis') return undefined;
  const [group = '', version, ...more] = rest;
  if (!groups.includes(group) || more.length > 0) return undefined;
  return version === undefined
    ? { kind: 'APIGroup', apiVersion: 'v1', ...groupInfo(group) }
    : resourceList(group, version);
}

function groupInfo(group: string): object {
  const versions = versionsOf(group).map((version) => ({ groupVersion: `${group}/${version}`, version }));
  return { name: group, versions, preferredVersion: versions[0] };
}

function resourceList(group: string, version: string): object | undefined {
  const types = servedTypes.filter((type) => type.group === group && type.version === version);
  if (types.length === 0) return undefined;
  const groupVersion = group === '' ? version : `${group}/${version}`;
  return { kind: 'APIResourceList', apiVersion: 'v1', groupVersion, resources: types.flatMap(resourceInfo) };
}

function resourceInfo(type: ResourceType): object[] {
  const { kind, plural, namespaced, shortNames = [] } = type;
  const singularName = kind.toLowerCase();
  const main = { name: plural, singularName, namespaced, kind, verbs: VERBS, shortNames, categories: categories(type) };
  return [
    main,
    ...subresources(type).map(([name, verbs]) => ({ ...main, name: `${plural}/${name}`, singularName: '', verbs })),
  ];
}

/** What `kubectl get all` means. */
const categories = (type: ResourceType): string[] => (['Pod', 'Service'].includes(type.kind) ? ['all'] : []);

const subresources = (type: ResourceType): [string, string[]][] => [
  ...(type.statusSubresource ? [['status', ['get', 'patch', 'update']] as [string, string[]]] : []),
  ...(type.kind === 'Pod' ? [['log', ['get']] as [string, string[]]] : []),
];

function aggregate(names: readonly string[]): object {
  const items = names.map((group) => ({
    metadata: { name: group, creationTimestamp: null },
    versions: versionsOf(group).map((version) => ({
      version,
      freshness: 'Current',
      resources: servedTypes.filter((type) => type.group === group && type.version === version).map(aggregatedResource),
    })),
  }));
  return { kind: 'APIGroupDiscoveryList', apiVersion: 'apidiscovery.k8s.io/v2', metadata: {}, items };
}

function aggregatedResource(type: ResourceType): object {
  const { group, version, kind } = type;
  const responseKind = { group, version, kind };
  return {
    resource: type.plural,
    responseKind,
    scope: type.namespaced ? 'Namespaced' : 'Cluster',
    singularResource: kind.toLowerCase(),
    shortNames: type.shortNames ?? [],
    verbs: VERBS,
    categories: categories(type),
    subresources: subresources(type).map(([subresource, verbs]) => ({ subresource, responseKind, verbs })),
  };
}

const groupVersionPath = (type: ResourceType): string =>
  type.group === '' ? `api/${type.version}` : `apis/${type.group}/${type.version}`;

const openApiPaths = (): object =>
  Object.fromEntries(
    servedTypes.map((type) => [groupVersionPath(type), { serverRelativeURL: `/openapi/v3/${groupVersionPath(type)}` }]),
  );

/** Just enough for `kubectl apply` to learn that the server itself knows how to check fields. */
function openApi(groupVersion: string): object | undefined {
  const types = servedTypes.filter((type) => groupVersionPath(type) === groupVersion);
  if (types.length === 0) return undefined;
  const parameters = ['dryRun', 'fieldValidation', 'fieldManager', 'force'].map((name) => ({
    name,
    in: 'query',
    schema: { type: 'string', uniqueItems: true },
  }));
  const operations = (type: ResourceType): [string, object] => {
    const scope = type.namespaced ? '/namespaces/{namespace}' : '';
    const { group, version, kind } = type;
    const gvk = { 'x-kubernetes-group-version-kind': { group, version, kind } };
    const patch = { ...gvk, 'x-kubernetes-action': 'patch', parameters, responses: {} };
    return [`/${groupVersion}${scope}/${type.plural}/{name}`, { patch, parameters: [] }];
  };
  return {
    openapi: '3.0.0',
    info: { title: 'Kubernetes', version: 'v1.32.0' },
    paths: Object.fromEntries(types.map(operations)),
  };
}
