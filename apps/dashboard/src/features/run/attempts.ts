interface Tried {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly children: readonly string[];
}

const numberOf = ({ name }: Tried): number => Number(/\((\d+)\)$/.exec(name)?.[1] ?? 0);

/** What was tried of a step that is tried again, oldest first; nothing of other steps. */
export function attemptsOf<Step extends Tried>(retry: Step, byId: ReadonlyMap<string, Step>): readonly Step[] {
  if (retry.type !== 'Retry') return [];
  return retry.children
    .flatMap((id) => byId.get(id) ?? [])
    .filter(({ name }) => name.startsWith(`${retry.name}(`))
    .sort((a, b) => numberOf(a) - numberOf(b));
}

/** Ids of attempts that were followed by another one: they no longer count. */
export function supersededAttempts<Step extends Tried>(steps: readonly Step[]): ReadonlySet<string> {
  const byId = new Map(steps.map((step) => [step.id, step]));
  return new Set(steps.flatMap((step) => attemptsOf(step, byId).slice(0, -1)).map(({ id }) => id));
}
