import type { ContainerSetTemplate, ResourceTemplate, Template } from '../model/template.js';
import type { Path } from '../problem.js';
import { readYaml } from '../source/yaml-reader.js';
import { suggest } from '../suggestion.js';
import { hasTag } from './context.js';
import { withPlaceholders } from './placeholders.js';
import type { PlacedTemplate, ValidationContext } from './context.js';
import { checkDuration } from './template-kind.rule.js';

/** What the kinds that call no other template need, each of its own. */
export function checkLeafKinds(context: ValidationContext, { template, path }: PlacedTemplate): void {
  const { report, effective } = context;
  const defaults = effective.templateDefaults;
  for (const kind of ['container', 'script'] as const) {
    const container = template[kind];
    if (!container || container.image || defaults?.[kind]?.image || report.isDamaged(path)) continue;
    report.missing([...path, kind], `the ${kind} has no image`);
  }
  if (template.script && !template.script.source && !defaults?.script?.source && !report.isDamaged(path))
    report.warn([...path, 'script'], 'missing', 'the script has no source');
  checkReservedNames(context, path, template);
  if (template.containerSet) checkContainerSet(context, [...path, 'containerSet'], template.containerSet, template);
  if (template.resource) checkResource(context, [...path, 'resource'], template.resource, template);
  if (template.suspend) checkDuration(context, [...path, 'suspend', 'duration'], template.suspend.duration);
  if (template.plugin && Object.keys(template.plugin).length !== 1)
    report.add([...path, 'plugin'], 'exclusive', 'a plugin template has exactly one key, the name of the plugin', {
      part: 'key',
    });
}

/** Names of the containers that a step's pod has anyway. */
const RESERVED = ['main', 'wait', 'init', 'supervisor'];

function checkReservedNames({ report }: ValidationContext, path: Path, template: Template): void {
  const seen = new Set<string>();
  for (const field of ['initContainers', 'sidecars'] as const) {
    for (const [index, { name, image }] of (template[field] ?? []).entries()) {
      const at = [...path, field, index];
      if (name !== undefined && RESERVED.includes(name))
        report.add([...at, 'name'], 'reserved-name', `"${name}" is reserved for a container of Argo's own`);
      if (name !== undefined && seen.has(name))
        report.add([...at, 'name'], 'duplicate-name', `there are two containers with the name "${name}"`);
      if (name !== undefined) seen.add(name);
      if (!image) report.missing(at, 'the container has no image');
    }
  }
}

function checkContainerSet(
  { report }: ValidationContext,
  path: Path,
  set: ContainerSetTemplate,
  template: Template,
): void {
  if (!set.containers?.length && !report.isDamaged(path))
    report.missing(path, 'a container set needs at least one container');
  const names = (set.containers ?? []).flatMap(({ name }) => (name ? [name] : []));
  const { inputs, outputs } = template;
  const usesMain = [inputs?.artifacts, outputs?.parameters, outputs?.artifacts].some((list) => list && list.length > 0);
  if (usesMain && !names.includes('main'))
    report.missing([...path, 'containers'], 'a container set with inputs or outputs needs a container named "main"');
  const seen = new Set<string>();
  for (const [index, { name, dependencies, image }] of (set.containers ?? []).entries()) {
    const at = [...path, 'containers', index];
    if (seen.has(name))
      report.add([...at, 'name'], 'duplicate-name', `there are two containers with the name "${name}"`);
    seen.add(name);
    if (name !== 'main' && RESERVED.includes(name))
      report.add([...at, 'name'], 'reserved-name', `"${name}" is reserved for a container of Argo's own`);
    if (!image) report.missing(at, 'the container has no image');
    for (const [position, dependency] of (dependencies ?? []).entries()) {
      const place = [...at, 'dependencies', position];
      if (dependency === name) report.add(place, 'cycle', `container "${name}" depends on itself`);
      else if (!names.includes(dependency))
        report.add(place, 'unknown-container', `container "${dependency}" is not defined`, {
          hint: suggest(dependency, names),
        });
    }
  }
  checkContainerCycles(report, path, set);
  const mounted = new Set<string>();
  for (const [index, { mountPath }] of (set.volumeMounts ?? []).entries()) {
    if (mounted.has(mountPath))
      report.add([...path, 'volumeMounts', index, 'mountPath'], 'duplicate-name', `"${mountPath}" is mounted twice`);
    mounted.add(mountPath);
  }
}

function checkContainerCycles(
  report: ValidationContext['report'],
  path: Path,
  { containers }: ContainerSetTemplate,
): void {
  const open = new Map((containers ?? []).map(({ name, dependencies }) => [name, new Set(dependencies)]));
  let isSettling = true;
  while (isSettling) {
    isSettling = false;
    for (const [name, waitsFor] of open) {
      if ([...waitsFor].some((other) => other !== name && open.has(other))) continue;
      open.delete(name);
      isSettling = true;
    }
  }
  if (open.size > 0)
    report.add([...path, 'containers'], 'cycle', `the containers wait for each other: ${[...open.keys()].join(', ')}`);
}

const ACTIONS = ['get', 'create', 'apply', 'delete', 'replace', 'patch'];

function checkResource(
  { report }: ValidationContext,
  path: Path,
  resource: ResourceTemplate,
  { inputs }: Template,
): void {
  const { action, manifest, manifestFrom, mergeStrategy, flags } = resource;
  if (action !== undefined && !ACTIONS.includes(action) && !hasTag(action))
    report.add([...path, 'action'], 'not-allowed', `"${action}" is not one of ${ACTIONS.join(', ')}`, {
      hint: suggest(action, ACTIONS),
    });
  if (
    mergeStrategy !== undefined &&
    !hasTag(mergeStrategy) &&
    !['', 'strategic', 'merge', 'json'].includes(mergeStrategy)
  )
    report.add([...path, 'mergeStrategy'], 'not-allowed', `"${mergeStrategy}" is not one of strategic, merge, json`);
  if (manifest !== undefined && manifestFrom)
    report.add([...path, 'manifestFrom'], 'exclusive', 'only one of manifest and manifestFrom can be given', {
      part: 'key',
    });
  checkManifestFrom(report, [...path, 'manifestFrom'], manifestFrom, inputs);
  if (!manifest && !manifestFrom) {
    if (action !== 'delete' && action !== 'get') report.missing(path, 'the resource needs a manifest or manifestFrom');
    else if ((flags ?? []).length === 0)
      report.warn(path, 'missing', `nothing says what to ${action}`, {
        hint: 'give it a manifest, or name it in flags',
      });
  }
  if (manifest !== undefined && mergeStrategy !== 'json')
    checkYaml(report, [...path, 'manifest'], withPlaceholders(manifest));
}

function checkManifestFrom(
  report: ValidationContext['report'],
  path: Path,
  manifestFrom: ResourceTemplate['manifestFrom'],
  inputs: Template['inputs'],
): void {
  const name = manifestFrom?.artifact?.name;
  const known = (inputs?.artifacts ?? []).map((artifact) => artifact.name);
  if (name === undefined || known.includes(name)) return;
  report.add([...path, 'artifact', 'name'], 'unknown-artifact', `"${name}" is no input artifact of the template`, {
    hint: suggest(name, known) ?? 'add it to inputs.artifacts',
  });
}

/** A text with tags in it is not looked at: what they are replaced with may be the rest of the YAML. */
export function checkYaml(report: ValidationContext['report'], path: Path, text: string): void {
  if (hasTag(text)) return;
  const error = readYaml(text)
    .flatMap(({ problems }) => problems)
    .find(({ code }) => code === 'syntax' || code === 'too-deep');
  if (error) report.add(path, 'syntax', `this is no valid YAML: ${error.message}`);
}
