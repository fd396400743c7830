import type { MutexHolding, SemaphoreHolding, SynchronizationStatus } from '@argosy/workflow-spec';
import type { LockRef } from './lock-ref.js';

/** Argo's record of what a run holds and waits for, as a value: undefined when there is nothing to record. */
export type Recorded = SynchronizationStatus | undefined;

/** Every place that is held, as pairs of lock and holder. */
export function heldPlaces(status: Recorded): [lock: string, holder: string][] {
  const semaphores = (status?.semaphore?.holding ?? []).flatMap(({ semaphore = '', holders = [] }) =>
    holders.map((holder): [string, string] => [semaphore, holder]),
  );
  const mutexes = (status?.mutex?.holding ?? []).map(({ mutex = '', holder = '' }): [string, string] => [
    mutex,
    holder,
  ]);
  return [...semaphores, ...mutexes];
}

export function isHolder(status: Recorded, holder: string): boolean {
  return heldPlaces(status).some(([, other]) => other === holder);
}

/** The locks that something of the run waits for. */
export function awaitedLocks(status: Recorded): string[] {
  return [
    ...(status?.semaphore?.waiting ?? []).map(({ semaphore = '' }) => semaphore),
    ...(status?.mutex?.waiting ?? []).map(({ mutex = '' }) => mutex),
  ];
}

export function withHolder(status: Recorded, locks: readonly LockRef[], holder: string): Recorded {
  const semaphores = [...(status?.semaphore?.holding ?? [])];
  const mutexes = [...(status?.mutex?.holding ?? [])];
  for (const { key, type } of locks) {
    if (type === 'mutex') mutexes.push({ mutex: key, holder });
    else {
      const at = semaphores.findIndex(({ semaphore }) => semaphore === key);
      const entry = { semaphore: key, holders: [...(semaphores[at]?.holders ?? []), holder] };
      if (at < 0) semaphores.push(entry);
      else semaphores[at] = entry;
    }
  }
  return recorded({ ...status?.semaphore, holding: semaphores }, { ...status?.mutex, holding: mutexes });
}

export function withoutHolder(status: Recorded, holder: string): Recorded {
  if (!isHolder(status, holder)) return status;
  const semaphores = (status?.semaphore?.holding ?? []).flatMap((entry) => {
    const holders = (entry.holders ?? []).filter((other) => other !== holder);
    return holders.length > 0 ? [{ ...entry, holders }] : [];
  });
  const mutexes = (status?.mutex?.holding ?? []).filter((entry) => entry.holder !== holder);
  return recorded({ ...status?.semaphore, holding: semaphores }, { ...status?.mutex, holding: mutexes });
}

/** Replaces what is waited for. `holders`: who has it now, for people to see. */
export function withWaiting(
  status: Recorded,
  waiting: readonly { readonly lock: LockRef; readonly holders: readonly string[] }[],
): Recorded {
  const semaphores = waiting.flatMap(({ lock, holders }): SemaphoreHolding[] =>
    lock.type === 'semaphore' ? [{ semaphore: lock.key, ...(holders.length > 0 && { holders: [...holders] }) }] : [],
  );
  const mutexes = waiting.flatMap(({ lock, holders: [holder] }): MutexHolding[] =>
    lock.type === 'mutex' ? [{ mutex: lock.key, ...(holder !== undefined && { holder }) }] : [],
  );
  return recorded({ ...status?.semaphore, waiting: semaphores }, { ...status?.mutex, waiting: mutexes });
}

type Part<T> = { holding?: T[]; waiting?: T[] };

/** Without its empty parts. */
function recorded(semaphore: Part<SemaphoreHolding>, mutex: Part<MutexHolding>): Recorded {
  const status: SynchronizationStatus = {};
  const [semaphores, mutexes] = [filled(semaphore), filled(mutex)];
  if (semaphores) status.semaphore = semaphores;
  if (mutexes) status.mutex = mutexes;
  return semaphores || mutexes ? status : undefined;
}

function filled<T>({ holding = [], waiting = [] }: Part<T>): Part<T> | null {
  if (holding.length === 0 && waiting.length === 0) return null;
  return { ...(holding.length > 0 && { holding }), ...(waiting.length > 0 && { waiting }) };
}
