import { VariableScope } from '@argosy/expressions';
import type { TemplateCall } from '@argosy/workflow-spec';
import { isLoop, loopItems } from '../graph/fan-out.js';
import type { PlannedCall } from '../model/frame.js';
import { isWanted } from '../policies/when.policy.js';
import { withoutAbsent } from './absent-outputs.js';
import { resolveArtifacts } from './resolve-artifacts.js';
import type { SiblingScope } from './sibling-variables.js';
import { tryReplaceTags } from './tags.js';

export const EMPTY_LOOP = 'Skipped, empty params';

/**
 * A step or task as the calls it stands for: one, or one for each item of its loop, tags replaced from the caller's
 * scope. `caller` is the name of the node that makes the call. Hooks and inline templates keep their tags: they have
 * scopes of their own.
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
  const late = { ...(hooks && { hooks }), ...(inline && { inline }) };
  const origin = call.name ?? '';
  const plan = (made: TemplateCall, failure: Error | null): PlannedCall => {
    const name = made.name ?? origin;
    if (failure && made.when?.includes('{{')) throw failure;
    const skip = made.when && !isWanted(made.when) ? `when '${made.when}' evaluated false` : null;
    if (skip !== null) return { name, call: made, origin, skip };
    if (failure) throw failure;
    mustResolve(made);
    const artifacts = made.arguments?.artifacts;
    if (!artifacts) return { name, call: made, origin, skip };
    const found = resolveArtifacts(artifacts, siblings.artifacts, scope);
    return { name, call: { ...made, arguments: { ...made.arguments, artifacts: found } }, origin, skip };
  };
  if (!isLoop(call)) return [plan({ ...bound.value, ...late }, bound.failure)];
  return planLoop({ ...bound.value, ...late }, scope, bound.failure, plan);
}

type Plan = (call: TemplateCall, failure: Error | null) => PlannedCall;

function planLoop(call: TemplateCall, scope: VariableScope, failure: Error | null, plan: Plan): PlannedCall[] {
  const origin = call.name ?? '';
  const skipped = (skip: string): PlannedCall[] => [{ name: origin, call, origin, skip }];
  // Without its producer a loop has no items, but then its own condition usually says that it is not wanted.
  if (
    call.when &&
    !call.when.includes('{{') &&
    !call.when.includes('item') &&
    !isWanted(call.when) &&
    hasTags(call.withParam)
  ) {
    return skipped(`when '${call.when}' evaluated false`);
  }
  if (hasTags(call.withParam)) throw failure ?? unresolved(call.withParam ?? '');
  const items = loopItems(call);
  if (items.length === 0) return skipped(EMPTY_LOOP);
  const { withItems: _items, withParam: _param, withSequence: _sequence, hooks, inline, ...body } = call;
  const late = { ...(hooks && { hooks }), ...(inline && { inline }) };
  return items.map(({ name, variables }) => {
    const own = tryReplaceTags(body, scope.extend(variables));
    const bound = tryReplaceTags(late, VariableScope.of(variables));
    return plan({ ...own.value, ...bound.value, name }, failure ?? own.failure ?? bound.failure);
  });
}

const hasTags = (text: string | undefined): boolean => text?.includes('{{') === true;

const unresolved = (text: string): Error => {
  const tag = /\{\{.*?\}\}/s.exec(text)?.[0] ?? text;
  return new Error(`failed to resolve ${tag}`);
};

/** An argument that still refers to a sibling refers to something that is not there. */
function mustResolve(call: TemplateCall): void {
  for (const parameter of call.arguments?.parameters ?? []) {
    const value = String(parameter.value ?? '');
    if (/\{\{=?[^}]*\b(steps|tasks|inputs|item|workflow)\b/.test(value)) throw unresolved(value);
  }
}
