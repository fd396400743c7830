import { findTags } from '@argosy/expressions';
import { hasSource } from '../artifact-source.js';
import type { Parameter } from '../model/common.js';
import type { Arguments, Template } from '../model/template.js';
import type { Path } from '../problem.js';
import { suggest } from '../suggestion.js';
import type { ValidationContext } from './context.js';
import { isReusable } from './context.js';
import { checkOneSource } from './artifacts.rule.js';
import { checkMemberNames } from './names.rule.js';

/** The arguments of a call against the inputs of the called template. `path` is the call, which holds `arguments`. */
export function checkArguments(
  context: ValidationContext,
  path: Path,
  args: Arguments | undefined,
  target: Template | 'unknown' | undefined,
  targetName: string,
): void {
  const at = [...path, 'arguments'];
  checkMemberNames(context, [...at, 'parameters'], args?.parameters, 'parameter');
  checkMemberNames(context, [...at, 'artifacts'], args?.artifacts, 'artifact');
  checkGiven(context, at, args);
  if (typeof target !== 'object') return;
  const where = args ? at : path;
  for (const input of target.inputs?.parameters ?? []) checkParameter(context, where, at, input, args, targetName);
  for (const input of target.inputs?.artifacts ?? []) {
    const given = args?.artifacts?.find(({ name }) => name === input.name);
    if (given || input.optional === true || hasSource(input)) continue;
    context.report.missing(where, `artifact "${input.name}" of template "${targetName}" was not supplied`);
  }
  checkSuperfluous(context, [...at, 'parameters'], args?.parameters, target.inputs?.parameters, targetName);
  checkSuperfluous(context, [...at, 'artifacts'], args?.artifacts, target.inputs?.artifacts, targetName);
}

const isSupplied = ({ value, valueFrom }: Parameter): boolean => value !== undefined || valueFrom !== undefined;

function checkParameter(
  context: ValidationContext,
  where: Path,
  at: Path,
  input: Parameter,
  args: Arguments | undefined,
  targetName: string,
): void {
  const index = args?.parameters?.findIndex(({ name }) => name === input.name) ?? -1;
  const given = args?.parameters?.[index];
  if (!given && !isSupplied(input) && input.default === undefined) {
    context.report.missing(where, `parameter "${input.name}" of template "${targetName}" was not supplied`);
  }
  if (given) checkEnum(context, [...at, 'parameters', index, 'value'], input.enum, given.value, input.name);
}

/** A literal value must be one of the enum's; one with tags is known later. */
export function checkEnum(
  { report }: ValidationContext,
  path: Path,
  allowed: Parameter['enum'],
  value: Parameter['value'],
  name: string,
): void {
  if (allowed === undefined || value === undefined) return;
  const [text, choices] = [String(value), allowed.map(String)];
  if (findTags(text).length > 0 || choices.includes(text)) return;
  report.add(path, 'not-allowed', `"${text}" is not in the enum of parameter "${name}": ${choices.join(', ')}`, {
    hint: suggest(text, choices)?.replace(/^known: .*/, '') || undefined,
  });
}

/** What is given must hold something. */
function checkGiven({ report }: ValidationContext, at: Path, args: Arguments | undefined): void {
  for (const [index, parameter] of (args?.parameters ?? []).entries()) {
    const path = [...at, 'parameters', index];
    if (isSupplied(parameter)) checkSource(report, path, parameter);
    else report.missing(path, `argument "${parameter.name}" has neither value nor valueFrom`);
  }
  checkGivenArtifacts(report, at, args);
}

function checkGivenArtifacts(report: ValidationContext['report'], at: Path, args: Arguments | undefined): void {
  for (const [index, artifact] of (args?.artifacts ?? []).entries()) {
    checkOneSource(report, [...at, 'artifacts', index], artifact);
    if (hasSource(artifact) || artifact.optional === true) continue;
    report.missing([...at, 'artifacts', index], `artifact "${artifact.name}" needs from, fromExpression or a location`);
  }
}

/** What is known when a call is made; paths and expressions are for outputs. */
function checkSource(report: ValidationContext['report'], path: Path, { valueFrom }: Parameter): void {
  if (!valueFrom || valueFrom.configMapKeyRef || valueFrom.event !== undefined || valueFrom.supplied) return;
  const message = 'the value of an argument can only come from configMapKeyRef, event or supplied';
  report.add([...path, 'valueFrom'], 'placement', message, {
    part: 'key',
    hint: valueFrom.parameter === undefined ? undefined : `write value: "${valueFrom.parameter}"`,
  });
}

function checkSuperfluous(
  { report }: ValidationContext,
  at: Path,
  given: readonly { readonly name: string }[] | undefined,
  inputs: readonly { readonly name: string }[] | undefined,
  targetName: string,
): void {
  const known = (inputs ?? []).map(({ name }) => name);
  for (const [index, { name }] of (given ?? []).entries()) {
    if (name === undefined || known.includes(name)) continue;
    const message = `template "${targetName}" has no input "${name}"`;
    report.warn([...at, index, 'name'], 'unused-argument', message, { hint: suggest(name, known) });
  }
}

/** The arguments of the run, and whether they supply what the entrypoint asks for. */
export function checkWorkflowArguments(context: ValidationContext, entrypoint: Template | 'unknown' | undefined): void {
  const { spec, specPath, effective, isComplete, lint, report } = context;
  const at = [...specPath, 'arguments'];
  // What the workflow leaves open, the template it refers to may say.
  const hasValue = (name: string): boolean =>
    effective.arguments?.parameters?.some(
      (parameter) => parameter.name === name && (isSupplied(parameter) || parameter.default !== undefined),
    ) ?? false;
  checkMemberNames(context, [...at, 'parameters'], spec.arguments?.parameters, 'parameter');
  checkMemberNames(context, [...at, 'artifacts'], spec.arguments?.artifacts, 'artifact');
  for (const [index, parameter] of (spec.arguments?.parameters ?? []).entries()) {
    const path = [...at, 'parameters', index];
    checkEnum(context, [...path, 'value'], parameter.enum, parameter.value, parameter.name);
    checkSource(report, path, parameter);
    if (parameter.enum?.length === 0) report.add([...path, 'enum'], 'empty', 'an enum needs at least one value');
    const isLate = lint || isReusable(context) || !isComplete || hasValue(parameter.name);
    if (!isLate) report.missing(path, `workflow parameter "${parameter.name}" was not supplied`);
  }
  // What the workflow does not say of an artifact, the template it refers to may say.
  if (effective === spec) checkGivenArtifacts(report, at, spec.arguments);
  if (isReusable(context)) return;
  if (typeof entrypoint === 'object') checkEntry(context, entrypoint, 'the entrypoint');
  const exit = context.templates.get(effective.onExit ?? '');
  if (exit) checkEntry(context, exit, 'the exit handler');
}

/** What a run begins or ends with has its inputs from the arguments of the workflow. */
function checkEntry({ spec, specPath, effective, report }: ValidationContext, entry: Template, role: string): void {
  const where = spec.arguments ? [...specPath, 'arguments'] : specPath;
  const asks = `of ${role} "${entry.name ?? ''}" was not supplied`;
  const hint = 'add it to the arguments of the workflow';
  for (const input of entry.inputs?.parameters ?? []) {
    const isKnown = effective.arguments?.parameters?.some(({ name }) => name === input.name);
    if (isKnown || isSupplied(input) || input.default !== undefined) continue;
    report.missing(where, `parameter "${input.name}" ${asks}`, hint);
  }
  for (const input of entry.inputs?.artifacts ?? []) {
    const isKnown = effective.arguments?.artifacts?.some(({ name }) => name === input.name);
    if (isKnown || input.optional === true || hasSource(input)) continue;
    report.missing(where, `artifact "${input.name}" ${asks}`, hint);
  }
}
