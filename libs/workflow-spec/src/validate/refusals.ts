import type { TemplateLibrary } from '../library/template-library.js';
import type { Workflow } from '../model/workflow.js';
import type { Problem } from '../problem.js';
import { validateWorkflow } from './validate-workflow.js';
import type { ValidationOptions } from './validate-workflow.js';

/**
 * What keeps a workflow from beginning: the problems that Argo refuses too. Others it lets begin, and some of those end
 * well, because what is wrong is never reached. `workflow` has the merged spec.
 */
export function refusals(
  workflow: Workflow,
  templates: TemplateLibrary,
  options: Pick<ValidationOptions, 'expressionTags'> = {},
): Problem[] {
  const value = { ...workflow, kind: 'Workflow' as const };
  const problems = validateWorkflow({ value }, { ...options, templates, lint: false });
  return problems.filter((problem) => isCertain(problem) && !isTolerated(problem));
}

/** Here nothing more is given: what was only likely to be a mistake is one. */
const isCertain = ({ severity, code }: Problem): boolean => severity === 'error' || code === 'given-variable';

/** Mistakes that Argo meets when it gets there: the node that is concerned fails then. */
const TOLERATED_CODES: ReadonlySet<string> = new Set([
  'custom-variable',
  'depends',
  'duration',
  // It ends when it is a hundred calls deep.
  'endless-recursion',
  'expression',
  'format',
  'range',
  'reserved-name',
  // In a DAG Argo lets a task name any other; what it did not wait for stays a tag.
  'sibling-variable',
  'syntax',
  'when',
  'with-param',
  'wrong-type',
]);
/** Settings of which Argo looks at the types alone. */
const UNCHECKED = /\.(retryStrategy|memoize|synchronization|podSpecPatch)(\.|\[|$)|^spec\.metrics\./;
/** What defaults, patches or the template itself may still bring. */
const FILLED_LATER = /\.(containers|initContainers|sidecars)\[\d+\]$|\.hooks\.|\.volumeClaimTemplates\[|\.metrics\./;
/** What is called beside steps and tasks: looked up when its time comes, if it ever does. */
const HOOKED = /\.hooks\.|\.(steps|tasks)\[.+\.onExit$/;
/** Where Argo does look at a value that it would elsewhere only meet when it gets there. */
const CHECKED: Readonly<Record<string, RegExp>> = {
  // Values of a call are not compared with the enum of the input: only those of the workflow are.
  'not-allowed': /^spec\.arguments\.|\.resource\.action$|^spec\.podGC\./,
  range: /\.activeDeadlineSeconds$/,
  syntax: /\.resource\.manifest$/,
};

function isTolerated({ code, path }: Problem): boolean {
  if (code === 'expression-tag' || CHECKED[code]?.test(path)) return false;
  if (TOLERATED_CODES.has(code) || UNCHECKED.test(path)) return true;
  if (code === 'missing') return FILLED_LATER.test(path);
  if (code === 'unknown-template') return HOOKED.test(path);
  return code === 'not-allowed';
}
