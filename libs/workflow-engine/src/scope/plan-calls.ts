import { VariableScope } from '@argosy/expressions';
import type { UnresolvedTag } from '@argosy/expressions';
import type { TemplateCall } from '@argosy/workflow-spec';
import { isLoop, loopItems } from '../graph/fan-out.js';
import type { LoopItem } from '../graph/fan-out.js';
import type { PlannedCall } from '../model/frame.js';
import { isWanted } from '../policies/when.policy.js';
import { withoutAbsent } from './absent-outputs.js';
import { bindInline } from './inline-templates.js';
import type { Variables } from './node-variables.js';
import { resolveArtifacts } from './resolve-artifacts.js';
import type { SiblingScope } from './sibling-variables.js';
import { tryReplaceTags } from './tags.js';

export const EMPTY_LOOP = 'Skipped, empty params';

/**
 * A step or task as the calls it stands for: one, or one for each item of its loop, tags replaced from the caller's
 * scope. `caller` is the name of the node that makes the call. Hooks keep their tags: they have a scope of their own.
 * @throws when something it needs cannot be told
 */
export function planCalls(
  call: TemplateCall,
  caller: string,
  globals: VariableScope,
  siblings: SiblingScope,
): PlannedCall[] {
  const { hooks, inline, ...given } = call;
  const own = given.arguments ? { ...given, arguments: withoutAbsent(given.arguments, siblings.variables) } : given;
  const scope = globals.extend({ ...siblings.variables, 'node.name': caller });
  const bound = tryReplaceTags(own, scope);
  const origin = call.name ?? '';
  const plan: Plan = (made, failure, known) => {
    const name = made.name ?? origin;
    if (failure && made.when?.includes('{{')) throw failure;
    const skip = made.when && !isWanted(made.when) ? `when '${made.when}' evaluated false` : null;
    if (skip !== null) return { name, call: made, origin, skip };
    if (failure) throw failure;
    mustResolve(made, own, known);
    const artifacts = made.arguments?.artifacts;
    if (!artifacts) return { name, call: made, origin, skip };
    const found = resolveArtifacts(artifacts, siblings.artifacts, scope);
    return { name, call: { ...made, arguments: { ...made.arguments, artifacts: found } }, origin, skip };
  };
  const late: Late = { hooks, inline, globals, siblings: siblings.variables };
  if (isLoop(call)) return planLoop(bound.value, own, scope, bound.failure, late, plan);
  const inside = lateOf(late, {});
  return [plan({ ...bound.value, ...inside.value }, bound.failure ?? inside.failure, scope)];
}

/** What of a call is not replaced from the caller's scope as a whole. */
interface Late extends Pick<TemplateCall, 'hooks' | 'inline'> {
  readonly globals: VariableScope;
  /** What is around an inline template. */
  readonly siblings: Variables;
}

interface LateBound {
  readonly value: Pick<TemplateCall, 'hooks' | 'inline'>;
  readonly failure: Error | null;
}

/** Hooks know the item of a loop, inline templates also what is around them. */
function lateOf({ hooks, inline, globals, siblings }: Late, item: Variables): LateBound {
  const failures: Error[] = [];
  const known = tryReplaceTags(hooks, VariableScope.like(globals).extend(item));
  if (known.failure) failures.push(known.failure);
  const inside = inline && bindInline(inline, globals, { ...siblings, ...item }, (failure) => failures.push(failure));
  return {
    value: { ...(known.value && { hooks: known.value }), ...(inside && { inline: inside }) },
    failure: failures[0] ?? null,
  };
}

/** @param known what the tags of the call could have been replaced from */
type Plan = (call: TemplateCall, failure: Error | null, known: VariableScope) => PlannedCall;

function planLoop(
  call: TemplateCall,
  written: TemplateCall,
  scope: VariableScope,
  failure: Error | null,
  late: Late,
  plan: Plan,
): PlannedCall[] {
  const origin = call.name ?? '';
  const isUnwanted = isRefused(call.when);
  const items = isUnwanted && isOfTasks(written) ? [] : itemsOf(call, written, scope, failure, isUnwanted);
  if (items.length === 0)
    return [{ name: origin, call: { ...call, ...lateOf(late, {}).value }, origin, skip: EMPTY_LOOP }];
  const { withItems: _items, withParam: _param, withSequence: _sequence, ...body } = call;
  return items.map(({ name, variables }) => {
    const known = scope.extend(variables);
    const own = tryReplaceTags(body, known);
    const bound = lateOf(late, variables);
    return plan({ ...own.value, ...bound.value, name }, failure ?? own.failure ?? bound.failure, known);
  });
}

/** Whether other tasks say what the items are. Such a loop is not looked into when it is not wanted. */
const isOfTasks = ({ withParam, withSequence }: TemplateCall): boolean =>
  /\{\{[^}]*\btasks\b/.test(JSON.stringify([withParam, withSequence]));

/** Without what gives it its items a loop has none, but then its own condition usually says that it is not wanted. */
function itemsOf(
  call: TemplateCall,
  written: TemplateCall,
  scope: VariableScope,
  failure: Error | null,
  isUnwanted: boolean,
): readonly LoopItem[] {
  try {
    const [missing] = hasTags(call.withParam) ? tryReplaceTags(written.withParam, scope).unresolved : [];
    if (missing) throw failure ?? unresolved(missing);
    return loopItems(call);
  } catch (error) {
    if (isUnwanted) return [];
    throw error;
  }
}

/** Whether a condition says no without having seen an item. */
function isRefused(when: string | undefined): boolean {
  if (!when || when.includes('{{')) return false;
  try {
    return !isWanted(when);
  } catch {
    return false;
  }
}

const hasTags = (text: string | undefined): boolean => text?.includes('{{') === true;

const unresolved = ({ kind, text }: UnresolvedTag): Error =>
  new Error(`failed to resolve {{${kind === 'simple' ? '' : '='}${text}}}`);

const REFERENCE = /\b(steps|tasks|inputs|item|workflow)\b/;

/**
 * An argument that still refers to a sibling refers to something that is not there. Only tags that were written there
 * count: a value may hold braces of its own.
 */
function mustResolve(made: TemplateCall, written: TemplateCall, known: VariableScope): void {
  const { parameters = [], artifacts = [] } = made.arguments ?? {};
  const isSuspect =
    parameters.some(({ value }) => hasTags(String(value ?? ''))) || artifacts.some(({ subPath }) => hasTags(subPath));
  if (!isSuspect) return;
  const subPaths = written.arguments?.artifacts?.map(({ subPath }) => subPath);
  const { unresolved: left } = tryReplaceTags([written.arguments?.parameters ?? [], subPaths ?? []], known);
  const reference = left.find(({ text }) => REFERENCE.test(text));
  if (reference) throw unresolved(reference);
}
