import type { EngineCommand, EngineCommandType } from '@argosy/workflow-engine';
import { callPlugin } from './call-plugin.effect.js';
import { deletePersistentVolumeClaim } from './delete-persistent-volume-claim.effect.js';
import { deletePodDisruptionBudget } from './delete-pod-disruption-budget.effect.js';
import { deletePod } from './delete-pod.effect.js';
import type { Effect, EffectContext } from './effect.js';
import { ensurePersistentVolumeClaim } from './ensure-persistent-volume-claim.effect.js';
import { ensurePodDisruptionBudget } from './ensure-pod-disruption-budget.effect.js';
import { ensurePod } from './ensure-pod.effect.js';
import { forEachAtMost } from './for-each-at-most.js';
import { freePod } from './free-pod.effect.js';
import { sendHttp } from './send-http.effect.js';
import { storeMemo } from './store-memo.effect.js';
import { terminatePod } from './terminate-pod.effect.js';

/** One effect for each command of the engine; a missing one does not compile. */
const EFFECTS: { readonly [T in EngineCommandType]: Effect<T> } = {
  EnsurePod: ensurePod,
  TerminatePod: terminatePod,
  DeletePod: deletePod,
  FreePod: freePod,
  SendHttp: sendHttp,
  CallPlugin: callPlugin,
  EnsurePersistentVolumeClaim: ensurePersistentVolumeClaim,
  DeletePersistentVolumeClaim: deletePersistentVolumeClaim,
  EnsurePodDisruptionBudget: ensurePodDisruptionBudget,
  DeletePodDisruptionBudget: deletePodDisruptionBudget,
  StoreMemo: storeMemo,
};

/** Most effects of one run under way at once. */
const CONCURRENCY = 16;

/** What is left to do after a pass. */
export interface Unsettled {
  /** Pods, and nodes with requests, that the next pass must look at: only for those does the engine derive again what was not fulfilled. */
  readonly pods: readonly string[];
  /** When that pass has to be; null when there is nothing, or when `error` decides. */
  readonly atMs: number | null;
  /** The first failure; undefined when there was none. */
  readonly error: unknown;
}

/**
 * Carries out the commands of a pass, whatever becomes of the others; but a pod waits for the claims, lest it mounts a
 * stranger's of the same name.
 */
export async function carryOut(commands: readonly EngineCommand[], context: EffectContext): Promise<Unsettled> {
  const isClaim = ({ type }: EngineCommand): boolean => type === 'EnsurePersistentVolumeClaim';
  const unsettled = new UnsettledCommands();
  await forEachAtMost(CONCURRENCY, commands.filter(isClaim), (command) => unsettled.attempt(command, context));
  const isHeld = ({ type }: EngineCommand): boolean => type === 'EnsurePod' && !unsettled.isEmpty;
  const [held, rest] = [commands.filter(isHeld), commands.filter((command) => !isClaim(command) && !isHeld(command))];
  for (const command of held) unsettled.leave(command);
  await forEachAtMost(CONCURRENCY, rest, (command) => unsettled.attempt(command, context));
  return unsettled;
}

class UnsettledCommands implements Unsettled {
  readonly pods: string[] = [];
  atMs: number | null = null;
  error: unknown;

  get isEmpty(): boolean {
    return this.atMs === null && this.error === undefined;
  }

  async attempt(command: EngineCommand, context: EffectContext): Promise<void> {
    const effect = EFFECTS[command.type] as Effect<EngineCommandType>;
    try {
      const outcome = await effect(command, context);
      if (outcome === 'done') return;
      this.atMs = Math.min(this.atMs ?? Infinity, outcome.lookAgainAtMs);
    } catch (failure) {
      this.error ??= failure;
    }
    this.leave(command);
  }

  leave(command: EngineCommand): void {
    if ('podName' in command) this.pods.push(command.podName);
    else if ('nodeId' in command) this.pods.push(command.nodeId);
  }
}
