import type { LifecycleHook, LifecycleHooks, NodeStatus, TemplateCall } from '@argosy/workflow-spec';
import { attemptsOf } from '../graph/attempts.js';
import { describeNode } from '../kernel/node-description.js';
import type { RunDraft } from '../kernel/run-draft.js';
import type { CallSite, Frame } from '../model/frame.js';
import { isCompleted } from '../model/phases.js';
import type { NodeId } from '../model/ids.js';
import { withoutAbsent } from '../scope/absent-outputs.js';
import { nodeVariables, outputVariables } from '../scope/node-variables.js';
import { resolveArtifacts } from '../scope/resolve-artifacts.js';
import { stepVariables, taskVariables } from '../scope/sibling-variables.js';
import type { SiblingScope } from '../scope/sibling-variables.js';
import { isTrueByNow, replaceTags } from '../scope/tags.js';
import { isShutDown } from './shutdown.policy.js';

export const EXIT = 'exit';

/** All hooks of a call; `onExit` is the older spelling of the hook named `exit`. */
export function hooksOf(call: TemplateCall): LifecycleHooks | null {
  const hooks: LifecycleHooks = { ...(call.onExit && { [EXIT]: { template: call.onExit } }), ...call.hooks };
  return Object.keys(hooks).length > 0 ? hooks : null;
}

export const hookNodeName = (owner: string, key: string): string =>
  key === EXIT ? `${owner}.onExit` : `${owner}.hooks.${key}`;

/**
 * Starts the hooks of a node whose time has come: the exit hook once it completed, the others once their expression is
 * true. A hook that a limit holds back is asked for again when there is room.
 */
export function driveHooks(run: RunDraft, id: NodeId): void {
  const first = run.frame(id);
  // What waits for its locks has not begun.
  if (!first?.hooks || first.kind === 'waiting') return;
  if (first.kind === 'ended') run.release(id);
  for (const key of Object.keys(first.hooks).sort()) {
    const frame = run.frame(id);
    const hook = first.hooks[key];
    const node = run.node(id);
    if (!frame || !hook || !node || frame.startedHooks.includes(key)) continue;
    driveHook(run, frame, node, key, hook);
  }
}

function driveHook(run: RunDraft, frame: Frame, node: NodeStatus, key: string, hook: LifecycleHook): void {
  const name = hookNodeName(frame.name, key);
  const isKnown = run.nodeNamed(name) !== undefined;
  let site: CallSite;
  try {
    if (!isKnown && !isWanted(run, frame, node, key, hook, name)) return;
    site = hookSite(run, frame, node, key, hook);
  } catch (error) {
    run.setFrame({ ...frame, startedHooks: [...frame.startedHooks, key] });
    if (!isKnown) createBroken(run, hookSite(run, frame, node, key, { template: hook.template ?? '' }), error);
    return;
  }
  run.setFrame({ ...frame, startedHooks: [...frame.startedHooks, key], openHooks: frame.openHooks + 1 });
  if (!run.kernel.enter(run, site)) {
    run.setFrame(frame);
    run.hold(frame.id);
    return;
  }
  if (!isKnown) run.addChild(frame.id, run.idOf(name));
}

/** A hook that cannot be told about does not hold its node up; it breaks what is around it when that is over. */
function createBroken(run: RunDraft, site: CallSite, error: unknown): void {
  const message = error instanceof Error ? error.message : String(error);
  const id = run.create({ ...describeNode(run, site), type: 'Skipped', phase: 'Error', message });
  run.addChild(site.owner, id);
}

function isWanted(
  run: RunDraft,
  frame: Frame,
  node: NodeStatus,
  key: string,
  hook: LifecycleHook,
  name: string,
): boolean {
  if (key === EXIT && (!isCompleted(node.phase) || isShutDown(run, true))) return false;
  if (!hook.expression) {
    if (key === EXIT) return true;
    throw new Error(`Expression required for hook ${name}`);
  }
  const { variables } = hookVariables(run, frame, node, hook.expression);
  const scope = run.globals.extend(variables);
  const { value: expression, unresolved } = replaceTags(hook.expression, scope);
  return unresolved.length === 0 && isTrueByNow(expression, scope);
}

function hookSite(run: RunDraft, frame: Frame, node: NodeStatus, key: string, hook: LifecycleHook): CallSite {
  const call: TemplateCall = { name: key };
  if (hook.template) call.template = hook.template;
  if (hook.templateRef) call.templateRef = hook.templateRef;
  if (hook.arguments) {
    const { variables, artifacts } = hookVariables(run, frame, node, JSON.stringify(hook.arguments));
    const scope = run.globals.extend(variables);
    call.arguments = replaceTags(withoutAbsent(hook.arguments, variables), scope).value;
    if (hook.arguments.artifacts) {
      call.arguments.artifacts = resolveArtifacts(hook.arguments.artifacts, artifacts, scope);
    }
  }
  return {
    ...frame.site,
    nodeName: hookNodeName(frame.name, key),
    call,
    owner: frame.id,
    onExit: frame.site.onExit || key === EXIT,
    hooked: true,
    ordinal: Object.keys(frame.hooks ?? {})
      .sort()
      .indexOf(key),
    depth: frame.site.depth + 1,
    attempt: null,
    resultWanted: false,
  };
}

/** Own status and outputs (of a retried node: those of its last attempt), and whatever the call itself could read. */
function hookVariables(run: RunDraft, frame: Frame, node: NodeStatus, text: string): SiblingScope {
  const enclosing = run.frame(frame.site.boundary);
  const siblings =
    enclosing?.kind === 'steps'
      ? stepVariables(run, enclosing, text, enclosing.group + 1)
      : enclosing?.kind === 'dag'
        ? taskVariables(run, enclosing, text, null)
        : { variables: {}, artifacts: new Map() };
  const { prefix } = frame.site;
  Object.assign(siblings.variables, nodeVariables(prefix, node, siblings.artifacts));
  const attempt = node.type === 'Retry' ? attemptsOf(run, node).at(-1) : undefined;
  if (attempt?.outputs) outputVariables(prefix, attempt.outputs, siblings.variables, siblings.artifacts);
  return siblings;
}

/** A hook of this frame is over. */
export function hookFinished(run: RunDraft, id: NodeId): void {
  const frame = run.frame(id);
  if (frame) run.setFrame({ ...frame, openHooks: frame.openHooks - 1 });
}
