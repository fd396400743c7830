import type { EngineCommand, EngineCommandType } from '@argosy/workflow-engine';
import { deletePersistentVolumeClaim } from './delete-persistent-volume-claim.effect.js';
import { deletePod } from './delete-pod.effect.js';
import type { Effect, EffectContext } from './effect.js';
import { ensurePersistentVolumeClaim } from './ensure-persistent-volume-claim.effect.js';
import { ensurePod } from './ensure-pod.effect.js';
import { terminatePod } from './terminate-pod.effect.js';

/** One effect for each command of the engine; a missing one does not compile. */
const EFFECTS: { readonly [T in EngineCommandType]: Effect<T> } = {
  EnsurePod: ensurePod,
  TerminatePod: terminatePod,
  DeletePod: deletePod,
  EnsurePersistentVolumeClaim: ensurePersistentVolumeClaim,
  DeletePersistentVolumeClaim: deletePersistentVolumeClaim,
};

/** Most effects of one run under way at once. */
const CONCURRENCY = 16;

/**
 * Carries out the commands of a pass. All are tried, whatever becomes of the others; the first error is thrown at the end,
 * and the next pass derives what is still missing.
 */
export async function carryOut(commands: readonly EngineCommand[], context: EffectContext): Promise<'done' | 'again'> {
  const queue = [...commands];
  const errors: unknown[] = [];
  let outcome: 'done' | 'again' = 'done';
  const worker = async (): Promise<void> => {
    for (let command = queue.shift(); command; command = queue.shift()) {
      try {
        const effect = EFFECTS[command.type] as Effect<EngineCommandType>;
        if ((await effect(command, context)) === 'again') outcome = 'again';
      } catch (error) {
        errors.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(CONCURRENCY, commands.length) }, worker));
  if (errors.length > 0) throw errors[0];
  return outcome;
}
