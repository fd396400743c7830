import type { Artifact, NodeStatus, Outputs, Parameter } from '@argosy/workflow-spec';
import { readJson, sortedByName, writeJson } from '../graph/spelt-json.js';
import { isFulfilled, isCompleted } from '../model/phases.js';

export type Variables = Record<string, string | null>;
export type Artifacts = Map<string, Artifact>;

/** What siblings may read of a node: `steps.X.status`, `steps.X.outputs.result`, ... */
export function nodeVariables(prefix: string, node: NodeStatus, artifacts?: Artifacts): Variables {
  const variables: Variables = { [`${prefix}.id`]: node.id, [`${prefix}.status`]: node.phase ?? '' };
  const set = (name: string, value: string | undefined): void => {
    if (value !== undefined && value !== '') variables[`${prefix}.${name}`] = value;
  };
  set('startedAt', node.startedAt);
  if (isFulfilled(node.phase)) set('finishedAt', node.finishedAt);
  set('ip', node.podIP);
  set('hostNodeName', node.hostNodeName);
  if (isCompleted(node.phase)) set('exitCode', node.outputs?.exitCode);
  if (node.outputs) outputVariables(prefix, node.outputs, variables, artifacts);
  return variables;
}

export function outputVariables(prefix: string, outputs: Outputs, into: Variables, artifacts?: Artifacts): void {
  if (outputs.result !== undefined) into[`${prefix}.outputs.result`] = outputs.result;
  if (outputs.exitCode !== undefined) into[`${prefix}.outputs.exitCode`] = outputs.exitCode;
  for (const parameter of outputs.parameters ?? []) {
    if (parameter.value !== undefined) into[`${prefix}.outputs.parameters.${parameter.name}`] = String(parameter.value);
  }
  for (const artifact of outputs.artifacts ?? [])
    artifacts?.set(`${prefix}.outputs.artifacts.${artifact.name}`, artifact);
}

/**
 * The outputs of a loop as its siblings read them: JSON lists over the items that succeeded, in the order of the items;
 * of daemons, which are still running, their addresses.
 * @throws when an item's result is no JSON
 */
export function aggregateVariables(prefix: string, items: readonly NodeStatus[], status: string): Variables {
  const ordered = items.filter((node) => !node.nodeFlag?.hooked).sort((a, b) => itemIndex(a) - itemIndex(b));
  const succeeded = ordered.filter((node) => node.phase === 'Succeeded');
  const variables: Variables = { [`${prefix}.status`]: status };
  if (items.length === 0) return variables;
  const addresses = ordered.flatMap(({ podIP }) => (podIP === undefined ? [] : [podIP]));
  if (addresses.length > 0) variables[`${prefix}.ip`] = JSON.stringify(addresses);
  const outputs = succeeded.map((node) => node.outputs).filter((found): found is Outputs => found !== undefined);
  const results = outputs.filter((output) => output.result !== undefined).map((output) => output.result ?? '');
  variables[`${prefix}.outputs.result`] = jsonList(results, prefix);
  const maps = outputs
    .filter((output) => (output.parameters?.length ?? 0) > 0)
    .map((output) => output.parameters ?? []);
  variables[`${prefix}.outputs.parameters`] = writeJson(sortedByName(maps.map(asMap)));
  for (const name of new Set(maps.flatMap((map) => map.map((parameter) => parameter.name)))) {
    const values = maps.flatMap((map) => map.filter((parameter) => parameter.name === name));
    variables[`${prefix}.outputs.parameters.${name}`] = parameterList(values);
  }
  return variables;
}

/** Of the name, in which item and index stand last; how a node is displayed is up to its template. */
const itemIndex = ({ name }: NodeStatus): number => Number(/\((\d+)(?::|\))[^(]*$/.exec(name)?.[1] ?? 0);

const asMap = (parameters: readonly Parameter[]): Record<string, string> =>
  Object.fromEntries(parameters.map((parameter) => [parameter.name, String(parameter.value ?? '')]));

/** Decoded only when every value is a map or a list; otherwise texts stay texts. */
function parameterList(parameters: readonly Parameter[]): string {
  const texts = parameters.map((parameter) => String(parameter.value ?? ''));
  const decoded = texts.map(tryParse);
  const structured = decoded.every((value) => typeof value === 'object' && value !== null);
  return writeJson(structured ? sortedByName(decoded) : texts);
}

function jsonList(results: readonly string[], prefix: string): string {
  const values = results.map((result) => {
    const value = tryParse(result);
    if (value === undefined) throw new Error(`${prefix}.outputs.result: an item's result is not valid JSON: ${result}`);
    return value;
  });
  return writeJson(values);
}

function tryParse(text: string): unknown {
  try {
    return readJson(text);
  } catch {
    return undefined;
  }
}
