import type { WorkflowStatus } from '@argosy/workflow-spec';
import type { RunDraft } from '../kernel/run-draft.js';
import type { EngineCommand } from '../model/command.js';
import type { ClaimRefusal } from '../model/observation.js';
import { isFinalWorkflowPhase } from '../model/phases.js';
import { replaceTags } from '../scope/tags.js';

type Claims = NonNullable<WorkflowStatus['persistentVolumeClaims']>;

const claimNameOf = (run: RunDraft, name: string | undefined): string => `${run.name}-${name ?? ''}`;

/** Records the claims that the run owns, so that whoever deletes them knows; forgets those that are gone at the end. */
export function recordVolumeClaims(run: RunDraft): void {
  const templates = run.spec.volumeClaimTemplates ?? [];
  if (templates.length === 0) return;
  if (!isFinalWorkflowPhase(run.status.phase)) {
    if (run.status.persistentVolumeClaims) return;
    const claims: Claims = templates.map((claim) => ({
      name: claim.metadata?.name ?? '',
      persistentVolumeClaim: { claimName: claimNameOf(run, claim.metadata?.name) },
    }));
    run.status = { ...run.status, persistentVolumeClaims: claims };
    return;
  }
  const recorded = run.status.persistentVolumeClaims ?? [];
  if (recorded.length === 0 || !areDisposable(run)) return;
  const left = recorded.filter((claim) => run.world.persistentVolumeClaim(claimName(claim)) === 'present');
  if (left.length < recorded.length) run.status = { ...run.status, persistentVolumeClaims: left };
}

const claimName = (claim: Claims[number]): string => claim.persistentVolumeClaim?.claimName ?? '';

/** Claims come before the pods that mount them. */
export function volumeClaimCommands(run: RunDraft): EngineCommand[] {
  const templates = run.spec.volumeClaimTemplates ?? [];
  if (!isFinalWorkflowPhase(run.status.phase)) {
    return templates.flatMap((template): EngineCommand[] => {
      const name = claimNameOf(run, template.metadata?.name);
      if (run.world.persistentVolumeClaim(name) === 'present') return [];
      const claim = replaceTags(template, run.globals).value;
      return [{ type: 'EnsurePersistentVolumeClaim', key: `EnsurePersistentVolumeClaim/${name}`, name, claim }];
    });
  }
  if (!areDisposable(run)) return [];
  // One that was asked for before the end may be made after it, when nobody has it on record any more.
  const recorded = (run.status.persistentVolumeClaims ?? []).map(claimName);
  const names = new Set([...recorded, ...templates.map(({ metadata }) => claimNameOf(run, metadata?.name))]);
  return [...names].flatMap((name): EngineCommand[] => {
    if (run.world.persistentVolumeClaim(name) !== 'present') return [];
    return [{ type: 'DeletePersistentVolumeClaim', key: `DeletePersistentVolumeClaim/${name}`, name }];
  });
}

const WAITING = 'Waiting for a PVC to be created.';

/** What keeps the pods of the run from being made, now or for good. */
export function claimRefusal(run: RunDraft): ClaimRefusal | undefined {
  const claims = run.spec.volumeClaimTemplates ?? [];
  const seen = claims.map(({ metadata }) => run.world.persistentVolumeClaim(claimNameOf(run, metadata?.name)));
  return seen.find((claim): claim is ClaimRefusal => typeof claim === 'object');
}

/** Tells people for what the run waits; it is over as soon as there is room. */
export function tellOfClaims(run: RunDraft): void {
  const refusal = claimRefusal(run);
  const { message: before, ...status } = run.status;
  if (refusal) run.status = { ...run.status, message: `${WAITING} ${refusal.refusal}` };
  else if (before?.startsWith(WAITING)) run.status = status;
}

/** By default the data of a failed run is kept, so that it can be retried. */
function areDisposable(run: RunDraft): boolean {
  return run.spec.volumeClaimGC?.strategy === 'OnWorkflowCompletion' || run.status.phase === 'Succeeded';
}
