import type { Parameter } from '../model/common.js';
import type { Template } from '../model/template.js';
import type { Path } from '../problem.js';
import { isPodTemplate, templateKindOf } from '../template-kind.js';
import type { TemplateKind } from '../template-kind.js';
import { checkArtifact, checkLocation } from './artifacts.rule.js';
import { checkEnum } from './arguments.rule.js';
import { hasTag } from './context.js';
import type { PlacedTemplate, ValidationContext } from './context.js';
import { checkExpression } from './expression.rule.js';
import { checkGlobalName, checkMemberNames } from './names.rule.js';

export function checkInputsAndOutputs(context: ValidationContext, { template, path }: PlacedTemplate): void {
  const kind = templateKindOf(template);
  for (const side of ['inputs', 'outputs'] as const) {
    checkMemberNames(context, [...path, side, 'parameters'], template[side]?.parameters, 'parameter');
    checkMemberNames(context, [...path, side, 'artifacts'], template[side]?.artifacts, 'artifact');
  }
  for (const [index, parameter] of (template.inputs?.parameters ?? []).entries())
    checkInput(context, [...path, 'inputs', 'parameters', index], parameter);
  for (const [index, parameter] of (template.outputs?.parameters ?? []).entries())
    checkOutput(context, [...path, 'outputs', 'parameters', index], parameter, kind);
  for (const side of ['inputs', 'outputs'] as const)
    for (const [index, artifact] of (template[side]?.artifacts ?? []).entries())
      checkArtifact(context, [...path, side, 'artifacts', index], artifact, side, kind);
  if (template.archiveLocation) checkLocation(context.report, [...path, 'archiveLocation'], template.archiveLocation);
  if (kind && isPodTemplate(kind)) checkPaths(context, path, template);
}

function checkInput(context: ValidationContext, path: Path, parameter: Parameter): void {
  if (parameter.enum?.length === 0) context.report.add([...path, 'enum'], 'empty', 'an enum needs at least one value');
  checkEnum(context, [...path, 'value'], parameter.enum, parameter.value, parameter.name);
  checkEnum(context, [...path, 'default'], parameter.enum, parameter.default, parameter.name);
}

/** Where a parameter may come from, by what makes it. */
const SOURCES: Readonly<Record<TemplateKind, readonly (keyof NonNullable<Parameter['valueFrom']>)[]>> = {
  container: ['path'],
  containerSet: ['path'],
  script: ['path'],
  data: ['path'],
  resource: ['jsonPath', 'jqFilter'],
  steps: ['parameter', 'expression'],
  dag: ['parameter', 'expression'],
  suspend: ['supplied'],
  http: ['expression', 'path', 'jsonPath', 'jqFilter'],
  plugin: ['path', 'expression', 'jsonPath', 'jqFilter'],
};
/** Of these Argo takes any source; one that tells nothing leaves the output without a value. */
const UNCHECKED_KINDS: ReadonlySet<TemplateKind> = new Set(['suspend', 'http', 'plugin', 'data']);
const ALL_SOURCES = [
  'path',
  'jsonPath',
  'jqFilter',
  'event',
  'parameter',
  'supplied',
  'configMapKeyRef',
  'expression',
] as const;

function checkOutput(
  context: ValidationContext,
  path: Path,
  parameter: Parameter,
  kind: TemplateKind | undefined,
): void {
  const { report } = context;
  const { value, valueFrom, name } = parameter;
  checkGlobalName(context, [...path, 'globalName'], parameter.globalName);
  if (value !== undefined && valueFrom)
    report.add([...path, 'valueFrom'], 'exclusive', 'only one of value and valueFrom can be given', { part: 'key' });
  if (!valueFrom) {
    if (value === undefined) report.missing(path, `output parameter "${name}" has neither value nor valueFrom`);
    return;
  }
  const given = ALL_SOURCES.filter((source) => valueFrom[source] !== undefined);
  if (given.length > 1) {
    const message = `only one of ${given.join(' and ')} can be given`;
    report.add([...path, 'valueFrom', given[1] ?? ''], 'exclusive', message, { part: 'key' });
  }
  if (kind) checkFitness(report, [...path, 'valueFrom'], given, kind);
  if (valueFrom.expression !== undefined)
    checkExpression(context, [...path, 'valueFrom', 'expression'], valueFrom.expression);
}

function checkFitness(
  report: ValidationContext['report'],
  path: Path,
  given: readonly (typeof ALL_SOURCES)[number][],
  kind: TemplateKind,
): void {
  const allowed: readonly string[] = SOURCES[kind];
  if (given.some((source) => allowed.includes(source))) return;
  const message = `an output parameter of a ${kind} template needs ${allowed.join(' or ')}`;
  const hint = given.length > 0 ? `${given.join(' and ')} cannot be used here` : undefined;
  const isSource = given.some((source) => source !== 'event' && source !== 'configMapKeyRef');
  if (isSource && UNCHECKED_KINDS.has(kind)) report.warn(path, 'placement', message, { hint });
  else report.missing(path, message, hint);
}

/** Two things in one place of a container: the later one would hide the earlier. */
function checkPaths({ report }: ValidationContext, path: Path, template: Template): void {
  const taken = new Map<string, string>();
  const take = (at: Path, place: string, thing: string): void => {
    const other = taken.get(normal(place));
    if (other) report.add(at, 'path-collision', `${other} is already mounted at "${place}"`);
    taken.set(normal(place), thing);
  };
  for (const kind of ['container', 'script'] as const)
    for (const [index, { mountPath, name }] of (template[kind]?.volumeMounts ?? []).entries())
      if (mountPath && !hasTag(mountPath))
        take([...path, kind, 'volumeMounts', index, 'mountPath'], mountPath, `volume "${name}"`);
  for (const [index, artifact] of (template.inputs?.artifacts ?? []).entries())
    if (artifact.path && !hasTag(artifact.path))
      take([...path, 'inputs', 'artifacts', index, 'path'], artifact.path, `artifact "${artifact.name}"`);
}

const normal = (path: string): string => path.replace(/\/+$/, '') || '/';
