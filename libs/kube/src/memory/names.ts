import type { KubeObject, ResourceType } from '../port/resource.js';
import { invalid } from './refusals.js';

const LABEL_PATTERN = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const SUBDOMAIN_PATTERN = String.raw`${LABEL_PATTERN}(\.${LABEL_PATTERN})*`;
const LABEL = new RegExp(`^${LABEL_PATTERN}$`);
const SUBDOMAIN = new RegExp(`^${SUBDOMAIN_PATTERN}$`);
const VALUE_PATTERN = '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?';
const VALUE = new RegExp(`^${VALUE_PATTERN}$`);
const KEY = new RegExp(String.raw`^(${SUBDOMAIN_PATTERN}/)?([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$`);

const CONFIG_KEY = /^[-._a-zA-Z0-9]+$/;

const MAX_LABEL = 63;
const MAX_SUBDOMAIN = 253;
const SUFFIX_LENGTH = 5;

/** `generateName` plus a suffix, cut so that the result still fits a DNS label. */
export const generatedName = (prefix: string, suffix: string): string =>
  prefix.slice(0, MAX_LABEL - SUFFIX_LENGTH) + suffix;

/** Refuses names, labels and annotations that Kubernetes would refuse, in its words. */
export function checkNames(type: ResourceType, object: KubeObject): void {
  const name = object.metadata?.name ?? '';
  const problem = type.kind === 'Namespace' ? labelProblem(name) : subdomainProblem(name);
  if (problem !== undefined) {
    throw invalid(type, name, `metadata.name: Invalid value: ${JSON.stringify(name)}: ${problem}`);
  }
  for (const [key, value] of Object.entries(object.metadata?.labels ?? {})) checkLabel(type, name, key, value);
  for (const [key, value] of Object.entries(object.metadata?.annotations ?? {})) {
    if (typeof value !== 'string') {
      throw invalid(type, name, `metadata.annotations[${key}]: Invalid value: must be a string`);
    }
  }
}

/** Why a key of a ConfigMap or Secret is wrong, or undefined. */
export function configKeyProblem(key: string): string | undefined {
  if (key.length > MAX_SUBDOMAIN) return `must be no more than ${MAX_SUBDOMAIN} characters`;
  if (CONFIG_KEY.test(key) && key !== '.' && !key.startsWith('..')) return undefined;
  return `a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')`;
}

/** Why a DNS-1123 label is wrong, or undefined. */
export function labelProblem(name: string): string | undefined {
  if (name.length > MAX_LABEL) return `must be no more than ${MAX_LABEL} characters`;
  if (LABEL.test(name)) return undefined;
  return `a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '${LABEL_PATTERN}')`;
}

function subdomainProblem(name: string): string | undefined {
  if (name.length > MAX_SUBDOMAIN) return `must be no more than ${MAX_SUBDOMAIN} characters`;
  if (SUBDOMAIN.test(name)) return undefined;
  return `a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '${SUBDOMAIN_PATTERN}')`;
}

function checkLabel(type: ResourceType, name: string, key: string, value: unknown): void {
  const keyName = key.slice(key.indexOf('/') + 1);
  if (!KEY.test(key) || keyName.length > MAX_LABEL) {
    throw invalid(
      type,
      name,
      `metadata.labels: Invalid value: ${JSON.stringify(key)}: name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character`,
    );
  }
  if (typeof value === 'string' && VALUE.test(value) && value.length <= MAX_LABEL) return;
  const problem =
    typeof value === 'string' && value.length > MAX_LABEL
      ? `must be no more than ${MAX_LABEL} characters`
      : `a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '${VALUE_PATTERN}')`;
  throw invalid(type, name, `metadata.labels: Invalid value: ${JSON.stringify(value)}: ${problem}`);
}
