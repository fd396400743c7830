import type { Path } from '../problem.js';
import { hasTag, templatesOf } from './context.js';
import type { ValidationContext } from './context.js';

const FIELD_NAME = /^[a-zA-Z0-9][-a-zA-Z0-9]*$/;
const PARAMETER_NAME = /^[-a-zA-Z0-9_]+$/;
const FIELD_NAME_RULE = `a name consists of letters, digits and "-", and begins with a letter or a digit`;

/** What a name is limited to so that the names of pods and children made from it still fit. */
const MAX_DOCUMENT_NAME: Readonly<Record<string, number>> = {
  Workflow: 63,
  WorkflowTemplate: 63,
  ClusterWorkflowTemplate: 63,
  CronWorkflow: 52,
};
const MAX_FIELD_NAME = 128;
const OBJECT_NAME = /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/;

/** The name of the object, and the names of its templates. */
export function checkDocumentName(
  { kind, report }: ValidationContext,
  { name, generateName }: { name?: string | undefined; generateName?: string | undefined },
): void {
  if (name === undefined && generateName === undefined) {
    report.missing(['metadata'], '"name" is missing', kind === 'Workflow' ? 'or generateName' : undefined);
    return;
  }
  if (name === undefined) return;
  const path = ['metadata', 'name'];
  const max = MAX_DOCUMENT_NAME[kind] ?? 253;
  if (name.length > max)
    report.add(
      path,
      'name',
      `the name of a ${kind} must not be longer than ${max} characters, this one has ${name.length}`,
    );
  else if (!OBJECT_NAME.test(name))
    report.add(
      path,
      'name',
      `"${name}" is no valid name: lowercase letters, digits, "-" and ".", a letter or digit first and last`,
    );
}

export function checkTemplateNames(context: ValidationContext): void {
  const seen = new Set<string>();
  for (const { template, path, holder } of templatesOf(context)) {
    const { name } = template;
    const at = [...path, 'name'];
    if (name === undefined || name === '') {
      if (!holder) context.report.missing(path, 'the template has no name');
      continue;
    }
    checkFieldName(context, at, name, 'template');
    if (holder) continue;
    if (seen.has(name)) context.report.add(at, 'duplicate-name', `there are two templates with the name "${name}"`);
    seen.add(name);
  }
}

export function checkFieldName({ report }: ValidationContext, path: Path, name: string, what: string): void {
  if (name.length > MAX_FIELD_NAME)
    report.add(path, 'name', `the name of a ${what} must not be longer than ${MAX_FIELD_NAME} characters`);
  if (!hasTag(name) && !FIELD_NAME.test(name))
    report.add(path, 'name', `"${name}" is no valid name for a ${what}`, { hint: FIELD_NAME_RULE });
}

/** Names of the members of a list of parameters or artifacts: valid, and each there once. */
export function checkMemberNames(
  { report }: ValidationContext,
  path: Path,
  members: readonly { readonly name?: string }[] | undefined,
  what: 'parameter' | 'artifact',
): void {
  const seen = new Set<string>();
  for (const [index, { name }] of (members ?? []).entries()) {
    const at = [...path, index, 'name'];
    if (name === undefined || hasTag(name)) continue;
    if (!PARAMETER_NAME.test(name)) {
      report.add(at, 'name', `"${name}" is no valid name for ${what === 'artifact' ? 'an artifact' : 'a parameter'}`, {
        hint: 'letters, digits, "-" and "_"',
      });
    }
    if (seen.has(name)) report.add(at, 'duplicate-name', `there are two ${what}s with the name "${name}"`);
    seen.add(name);
  }
}

/** The name of an output for the whole workflow. */
export function checkGlobalName({ report }: ValidationContext, path: Path, name: string | undefined): void {
  if (name === undefined || name === '' || hasTag(name) || PARAMETER_NAME.test(name)) return;
  report.add(path, 'name', `"${name}" is no valid global name`, { hint: 'letters, digits, "-" and "_"' });
}
