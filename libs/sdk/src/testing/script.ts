/** What a name in a script may stand for. */
export interface Scriptable {
  readonly nodeName: string;
  readonly displayName: string;
  readonly templateName: string;
}
/** What one try after the other does; the last one stands for all that follow. */
export interface Attempts<Outcome> {
  readonly attempts: readonly Outcome[];
}
export type Behaviour<Subject, Outcome> =
  Outcome | Attempts<Outcome> | ((subject: Subject) => Outcome | Attempts<Outcome>);

/** By node name, display name, step or task name, or template name; `*` is for everything else. */
export type Scripts<Subject, Outcome> = Readonly<Record<string, Behaviour<Subject, Outcome>>>;

/** The first, second, … time the same step is carried out, whether its retry strategy or a person asked for it. */
export const attempts = <Outcome>(first: Outcome, ...more: readonly Outcome[]): Attempts<Outcome> => ({
  attempts: [first, ...more],
});

const ATTEMPT = /\(\d+\)/g;

/** Says what comes of each thing that a run asks for. */
export class Script<Subject extends Scriptable, Outcome extends object> {
  private readonly tries = new Map<string, number>();
  private readonly used = new Set<string>();

  constructor(
    private readonly workflowName: string,
    private readonly scripts: Scripts<Subject, Outcome>,
    private readonly unscripted: (subject: Subject) => Outcome,
  ) {}

  /** Names in the script that nothing has answered to so far. */
  get unused(): string[] {
    return Object.keys(this.scripts).filter((name) => !this.used.has(name));
  }

  outcomeOf(subject: Subject): Outcome {
    // The same step in another attempt of whatever is around it is the same step.
    const step = subject.nodeName.replace(ATTEMPT, '');
    const earlier = this.tries.get(step) ?? 0;
    this.tries.set(step, earlier + 1);
    const name = this.namesOf(subject).find((candidate) => Object.hasOwn(this.scripts, candidate));
    const behaviour = name === undefined ? undefined : this.scripts[name];
    if (name === undefined || behaviour === undefined) return this.unscripted(subject);
    this.used.add(name);
    const outcome = typeof behaviour === 'function' ? behaviour(subject) : behaviour;
    if (!('attempts' in outcome)) return outcome;
    return outcome.attempts[Math.min(earlier, outcome.attempts.length - 1)] ?? this.unscripted(subject);
  }

  /** The most exact name comes first. */
  private namesOf({ nodeName, displayName, templateName }: Subject): string[] {
    const relative = relativeName(this.workflowName, nodeName);
    const names = [nodeName, relative, displayName].flatMap((name) => [name, name.replace(ATTEMPT, '')]);
    return [...names, displayName.replace(/\(.*$/, ''), templateName, '*'];
  }
}

/** `[0].build` for `hello[0].build`; the node of the workflow itself keeps its name. */
export function relativeName(workflowName: string, nodeName: string): string {
  if (!nodeName.startsWith(workflowName) || nodeName.length === workflowName.length) return nodeName;
  const rest = nodeName.slice(workflowName.length);
  return rest.startsWith('.') ? rest.slice(1) : /^[[(]/.test(rest) ? rest : nodeName;
}
