import { bodyStart, compileExpression, ExpressionError, findTags, pathsIn, simpleName } from '@argosy/expressions';
import type { Tag } from '@argosy/expressions';
import type { Excerpt } from '../../parse/positions.js';
import type { Path, Severity } from '../../problem.js';
import type { Report } from '../report.js';
import { nearestVariable } from './known-variables.js';
import type { Variables } from './known-variables.js';
import type { TooEarly } from './siblings.js';

export interface TagScope {
  readonly variables: Variables;
  /** Of a name that exists and cannot be used here: why. */
  readonly tooEarly?: (name: string) => TooEarly | undefined;
  readonly severity?: Severity;
}

/** Names of expressions that are looked up: others are functions, members of a predicate or declared by `let`. */
const ROOTS = /^(inputs|outputs|steps|tasks|workflow|cronworkflow|item|lastRetry|node|pod)(\.|$)/;
/** What submission and the defaults of the cluster may bring: only where the workflow runs its absence is certain. */
const GIVEN = /^workflow\.((labels|annotations)\.|(priority|failures|parameters|parameters\.json)$)/;

/** Every tag in a text, or in the texts of a value, must name something that exists in the scope. */
export function checkTags(report: Report, path: Path, value: unknown, scope: TagScope): void {
  if (typeof value === 'string') {
    if (value.includes('{{')) for (const tag of findTags(value)) checkTag(report, path, value, tag, scope);
  } else if (Array.isArray(value)) {
    for (const [index, item] of value.entries())
      if (mayHoldTags(item)) checkTags(report, [...path, index], item, scope);
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, member] of Object.entries(value))
      if (mayHoldTags(member)) checkTags(report, [...path, key], member, scope);
  }
}

/** Asked before a path is made: in most values there is no tag. */
const mayHoldTags = (value: unknown): boolean =>
  typeof value === 'string' ? value.includes('{{') : typeof value === 'object' && value !== null;

function checkTag(report: Report, path: Path, text: string, tag: Tag, scope: TagScope): void {
  const excerpt = { offset: tag.start, length: tag.end - tag.start };
  if (tag.kind === 'simple') {
    const name = simpleName(tag);
    if (name !== undefined && !scope.variables.has(name)) unresolved(report, path, name, scope, excerpt);
    return;
  }
  if (!report.expressionTags) {
    const message = 'expressions in tags are turned off here';
    report.add(path, 'expression-tag', message, { excerpt, hint: 'the administrator of the cluster decided so' });
    return;
  }
  const [body = '', ...more] = tag.parts;
  // A nested tag may stand for any piece of an expression.
  if (more.length > 0 || typeof body !== 'string') return;
  checkExpressionText(report, path, body, scope, bodyStart(tag), excerpt);
}

/** The names in an expression: in a tag at `shift` of the text, or the whole text. */
export function checkExpressionNames(report: Report, path: Path, text: string | undefined, scope: TagScope): void {
  if (text === undefined) return;
  if (text.includes('{{')) checkTags(report, path, text, scope);
  else checkNames(report, path, text, scope, { offset: 0, length: text.length });
}

function checkExpressionText(
  report: Report,
  path: Path,
  body: string,
  scope: TagScope,
  shift: number,
  excerpt: Excerpt,
): void {
  try {
    compileExpression(body);
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    const { message, hint, offset, length } = error;
    report.add(path, 'expression', message, {
      hint,
      excerpt: length > 0 ? { offset: offset + shift, length } : excerpt,
    });
    return;
  }
  checkNames(report, path, body, scope, excerpt);
}

function checkNames(report: Report, path: Path, body: string, scope: TagScope, excerpt: Excerpt): void {
  // Somebody who writes ?? or ?. expects that it may be absent.
  if (/\?\?|\?\./.test(body)) return;
  for (const name of new Set(namesIn(body))) {
    if (!ROOTS.test(name) || scope.variables.hasPath(name) || hasValueAbove(scope.variables, name)) continue;
    unresolved(report, path, name, scope, excerpt, 'expression-variable');
  }
}

function namesIn(body: string): string[] {
  try {
    return pathsIn(compileExpression(body));
  } catch {
    return [];
  }
}

/** `item.a.b`: a member of a value that is a map itself. */
function hasValueAbove(variables: Variables, name: string): boolean {
  const parts = name.split('.');
  return parts.some((_part, index) => {
    const above = parts.slice(0, index).join('.');
    return (
      index > 0 &&
      !/^(inputs|outputs|steps|tasks|workflow)(\.[^.]+(\.outputs)?)?$/.test(above) &&
      !/\.(parameters|artifacts|labels|annotations)$/.test(above) &&
      variables.has(above)
    );
  });
}

/** Argo looks at no expression before it runs, and what is not its own is for others to replace. */
const UNCERTAIN: ReadonlySet<string> = new Set(['given-variable', 'custom-variable', 'expression-variable']);
/** Names in which Argo knows its own; it leaves all others as they are, for whoever the text is meant for. */
const OWN = /^(inputs|item|steps|tasks|workflow|pod)\./;

function unresolved(
  report: Report,
  path: Path,
  name: string,
  scope: TagScope,
  excerpt: Excerpt,
  kind?: 'expression-variable',
): void {
  const near = nearestVariable(scope.variables, name);
  const early = scope.tooEarly?.(name);
  const hint =
    early?.reason ?? specialHint(name, scope.variables) ?? (near === undefined ? undefined : `did you mean "${near}"?`);
  const code =
    kind ?? (early?.isTolerated && !isWholeArgument(path, name, excerpt) ? 'sibling-variable' : codeOf(name));
  const severity = scope.severity ?? (UNCERTAIN.has(code) ? 'warning' : undefined);
  report.add(path, code, `failed to resolve {{${name}}}`, {
    hint,
    excerpt,
    ...(severity && { severity }),
  });
}

function codeOf(name: string): string {
  if (GIVEN.test(name)) return 'given-variable';
  return OWN.test(name) ? 'unresolved-variable' : 'custom-variable';
}

/** An argument that begins with a tag: of those Argo makes sure that the task depends on what it names. */
const isWholeArgument = (path: Path, name: string, { offset }: Excerpt): boolean =>
  offset === 0 &&
  name.startsWith('tasks.') &&
  ['parameters.value', 'artifacts.from'].includes(`${path.at(-3) ?? ''}.${path.at(-1) ?? ''}`) &&
  path.at(-4) === 'arguments';

function specialHint(name: string, variables: Variables): string | undefined {
  if (/^item(\.|$)/.test(name) && !variables.has('item'))
    return 'item exists only in a loop: withItems, withParam or withSequence';
  if (name === 'workflow.failures') return 'it exists only where there is an onExit';
  if (/^workflow\.parameters(\.json)?$/.test(name)) return 'the workflow has no parameters';
  if (name === 'workflow.priority') return 'it exists only where there is a priority';
  if (/^(retries$|lastRetry(\.|$))/.test(name)) return 'it exists only where there is a retryStrategy';
  return undefined;
}
