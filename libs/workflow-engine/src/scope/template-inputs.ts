import type { Arguments, Artifact, Inputs, Parameter, Template } from '@argosy/workflow-spec';
import type { RunDraft } from '../kernel/run-draft.js';
import { missingKey } from './global-variables.js';
import { bindCalls } from './inline-templates.js';
import type { Variables } from './node-variables.js';
import { parametersJson } from './parameters-json.js';
import { replaceTags } from './tags.js';

/**
 * The template with its inputs filled from the arguments and every tag replaced that can be known before it runs.
 * @throws when an input is not supplied
 */
export function bindInputs(run: RunDraft, template: Template, args: Arguments | undefined, local: Variables): Template {
  const inputs = inputsOf(run, template, args);
  const variables: Variables = { ...local, ...inputVariables(inputs), ...outputPaths(template) };
  const { inputs: _inputs, steps: _steps, dag: _dag, ...body } = template;
  const bound = {
    ...replaceTags(body, run.globals.extend(variables)).value,
    // What steps and tasks are told is judged when they are made: those that are skipped need none of it.
    ...bindCalls(template, run.globals, variables),
  };
  return Object.keys(inputs).length > 0 ? { ...bound, inputs } : bound;
}

function inputsOf(run: RunDraft, template: Template, args: Arguments | undefined): Inputs {
  const inputs: Inputs = {};
  const parameters = template.inputs?.parameters?.map((parameter) => inputParameter(run, parameter, args));
  const artifacts = template.inputs?.artifacts?.map((artifact) => inputArtifact(artifact, args));
  if (parameters && parameters.length > 0) inputs.parameters = parameters;
  if (artifacts && artifacts.length > 0)
    inputs.artifacts = replaceTags(
      artifacts,
      run.globals.extend(inputVariables({ parameters: parameters ?? [] })),
    ).value;
  return inputs;
}

function inputParameter(run: RunDraft, parameter: Parameter, args: Arguments | undefined): Parameter {
  const argument = args?.parameters?.find((candidate) => candidate.name === parameter.name);
  const value =
    argument?.value ??
    fromConfigMap(run, argument) ??
    ofTemplate(run, parameter.value) ??
    fromConfigMap(run, parameter) ??
    ofTemplate(run, parameter.default ?? parameter.valueFrom?.default);
  if (value === undefined) throw new Error(missing(parameter, argument));
  const { valueFrom: _valueFrom, ...rest } = parameter;
  return { ...rest, value: String(value) };
}

function missing({ name, valueFrom }: Parameter, argument: Parameter | undefined): string {
  const ref = valueFrom?.configMapKeyRef;
  if (!ref && argument && !argument.valueFrom)
    return `inputs.parameters.${name} was not supplied: its argument refers to an absent optional output`;
  if (!ref) return `inputs.parameters.${name} was not supplied`;
  return `unable to retrieve inputs.parameters.${name} from ConfigMap: ${missingKey(ref.name ?? '', ref.key)}`;
}

/** What the template itself says of an input may refer to the workflow. */
const ofTemplate = (run: RunDraft, value: Parameter['value']): string | undefined =>
  value === undefined ? undefined : replaceTags(String(value), run.globals).value;

function fromConfigMap(run: RunDraft, parameter: Parameter | undefined): string | undefined {
  const ref = parameter?.valueFrom?.configMapKeyRef;
  if (!ref) return undefined;
  const { name, key } = replaceTags({ name: ref.name ?? '', key: ref.key }, run.globals).value;
  return run.world.configMapKey?.(name, key);
}

/**
 * Path and mode are the template's, the location is the argument's. An optional one that was not given stays, without a
 * location: what is called further down may be given it all the same.
 */
function inputArtifact(artifact: Artifact, args: Arguments | undefined): Artifact {
  const argument = args?.artifacts?.find((candidate) => candidate.name === artifact.name);
  if (!argument) {
    if (hasLocation(artifact) || artifact.optional) return artifact;
    throw new Error(`inputs.artifacts.${artifact.name} was not supplied`);
  }
  if (!artifact.optional && !hasLocation(artifact) && !hasLocation(argument))
    throw new Error(`inputs.artifacts.${artifact.name} missing location information`);
  const { path, mode, recurseMode, optional } = artifact;
  const merged: Artifact = { ...argument };
  delete merged.path;
  delete merged.mode;
  delete merged.recurseMode;
  if (path !== undefined) merged.path = path;
  if (mode !== undefined) merged.mode = mode;
  if (recurseMode !== undefined) merged.recurseMode = recurseMode;
  if (optional !== undefined) merged.optional = optional;
  return merged;
}

const LOCATIONS = ['s3', 'git', 'http', 'artifactory', 'hdfs', 'raw', 'oss', 'gcs', 'azure', 'plugin'] as const;
const hasLocation = (artifact: Artifact): boolean => LOCATIONS.some((driver) => artifact[driver] !== undefined);

/** Tags of them are replaced before anything else; expressions that also read what comes later need them once more. */
export function inputVariables(inputs: Inputs = {}): Variables {
  const variables: Variables = {};
  for (const { name, value } of inputs.parameters ?? []) variables[`inputs.parameters.${name}`] = String(value ?? '');
  if (inputs.parameters) variables['inputs.parameters'] = parametersJson(inputs.parameters);
  for (const { name, path } of inputs.artifacts ?? []) if (path) variables[`inputs.artifacts.${name}.path`] = path;
  return variables;
}

function outputPaths(template: Template): Variables {
  const variables: Variables = {};
  for (const { name, valueFrom } of template.outputs?.parameters ?? []) {
    if (valueFrom?.path) variables[`outputs.parameters.${name}.path`] = valueFrom.path;
  }
  for (const { name, path } of template.outputs?.artifacts ?? [])
    if (path) variables[`outputs.artifacts.${name}.path`] = path;
  return variables;
}
