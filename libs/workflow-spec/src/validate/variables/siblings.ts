import { templateKindOf } from '../../template-kind.js';
import type { Template } from '../../model/template.js';
import { calledTemplate, callsOf, hasTag } from '../context.js';
import type { PlacedCall, PlacedTemplate, ValidationContext } from '../context.js';
import { directDependencies } from '../dag.rule.js';
import { KnownVariables } from './known-variables.js';
import type { Variables } from './known-variables.js';

/** A variable of a sibling that is used before it is there. */
export interface TooEarly {
  readonly reason: string;
  /** Argo finds out at run time, and the workflow may begin. */
  readonly isTolerated: boolean;
}

/**
 * The variables that the steps or tasks of one template have for each other. A template may have thousands of tasks, so
 * what a task may use is asked name by name and never listed.
 */
export class Siblings {
  readonly calls: readonly PlacedCall[];
  readonly #byName = new Map<string, PlacedCall>();
  readonly #variables = new Map<PlacedCall, KnownVariables>();
  readonly #dependencies = new Map<string, readonly string[] | undefined>();
  readonly #hasComputedNames: boolean;

  constructor(
    private readonly context: ValidationContext,
    { template, path }: PlacedTemplate,
    private readonly body: Variables,
  ) {
    this.calls = callsOf({ template, path });
    for (const placed of this.calls) this.#byName.set(placed.call.name ?? '', placed);
    for (const task of template.dag?.tasks ?? []) this.#dependencies.set(task.name, directDependencies(task));
    this.#hasComputedNames = this.calls.some(({ call }) => hasTag(call.name));
  }

  /** What the call itself may use: steps of earlier groups, tasks it waits for. */
  before(placed: PlacedCall): Variables {
    return this.#view((other) => this.#isBefore(other, placed));
  }

  /** What hooks of the call may use: also what it has become itself. */
  after(placed: PlacedCall): Variables {
    return this.#view((other) => other === placed || this.#isBefore(other, placed));
  }

  /** What the outputs of the template may use. */
  all(): Variables {
    return this.#view(() => true);
  }

  /** Why a variable of a sibling that exists cannot be used. */
  tooEarly(name: string, placed: PlacedCall): TooEarly | undefined {
    const [, sibling = ''] = name.split('.');
    const other = this.#byName.get(sibling);
    if (!other || !this.#variablesOf(other).has(name)) return undefined;
    const isTolerated = this.#isTolerated(other, placed, name.endsWith('.status'));
    if (other === placed) return { reason: `"${sibling}" cannot use what it has yet to find out`, isTolerated };
    const reason =
      placed.kind === 'tasks'
        ? `"${placed.call.name}" does not depend on "${sibling}"`
        : `"${sibling}" is not in an earlier group of steps`;
    return { reason, isTolerated };
  }

  /** Argo checks the order of steps, even within a group, and of tasks only how the other one ended. */
  #isTolerated(other: PlacedCall, placed: PlacedCall, isStatus: boolean): boolean {
    if (placed.kind === 'steps') return this.calls.indexOf(other) < this.calls.indexOf(placed) + (isStatus ? 1 : 0);
    return !isStatus || other.call.hooks !== undefined;
  }

  #view(isVisible: (other: PlacedCall) => boolean): Variables {
    const ofSibling = (name: string, ask: (variables: KnownVariables) => boolean): boolean => {
      const [prefix = '', sibling = ''] = name.split('.');
      if (this.#hasComputedNames && (prefix === 'steps' || prefix === 'tasks')) return true;
      const other = this.#byName.get(sibling);
      return other?.kind === prefix && isVisible(other) && ask(this.#variablesOf(other));
    };
    return {
      has: (name) => ofSibling(name, (variables) => variables.has(name)) || this.body.has(name),
      hasPath: (path) => ofSibling(path, (variables) => variables.hasPath(path)) || this.body.hasPath(path),
      names: () => [
        ...this.calls.filter(isVisible).flatMap((other) => this.#variablesOf(other).names()),
        ...this.body.names(),
      ],
    };
  }

  #variablesOf(placed: PlacedCall): KnownVariables {
    const known = this.#variables.get(placed);
    if (known) return known;
    const variables = variablesOf(this.context, placed);
    this.#variables.set(placed, variables);
    return variables;
  }

  #isBefore(other: PlacedCall, placed: PlacedCall): boolean {
    if (placed.kind === 'steps') return other.group < placed.group;
    return other !== placed && this.#waitsFor(placed.call.name ?? '', other.call.name ?? '');
  }

  /** Also when it cannot be told: that a `depends` cannot be read is told once, and not what follows from it. */
  #waitsFor(task: string, other: string): boolean {
    const seen = new Set([task]);
    const pending = [task];
    for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
      const dependencies = this.#dependencies.get(name);
      if (!dependencies && this.#dependencies.has(name)) return true;
      if (dependencies?.includes(other)) return true;
      for (const dependency of dependencies ?? []) {
        if (seen.has(dependency)) continue;
        seen.add(dependency);
        pending.push(dependency);
      }
    }
    return false;
  }
}

const ALWAYS = ['id', 'status', 'startedAt', 'finishedAt', 'hostNodeName'];

/** What one step or task tells its siblings. */
function variablesOf(context: ValidationContext, { call, kind }: PlacedCall): KnownVariables {
  const prefix = `${kind}.${call.name ?? ''}`;
  const target = calledTemplate(context, call);
  const own = ALWAYS.map((name) => `${prefix}.${name}`);
  if (typeof target !== 'object')
    return new KnownVariables([...own, `${prefix}.ip`, `${prefix}.exitCode`], [`${prefix}.outputs.`]);
  const isLoop = Boolean(call.withItems?.length) || call.withParam !== undefined || call.withSequence !== undefined;
  const { parameters, artifacts } = target.outputs ?? {};
  if (target.daemon ?? context.effective.templateDefaults?.daemon) own.push(`${prefix}.ip`);
  if (hasResult(target)) own.push(`${prefix}.exitCode`);
  const outputs = [
    ...(parameters ?? []).map(({ name }) => `parameters.${name}`),
    ...(artifacts ?? []).map(({ name }) => `artifacts.${name}`),
    ...(isLoop ? ['parameters'] : []),
    ...(hasResult(target) ? ['result', 'exitCode'] : []),
  ];
  return new KnownVariables([...own, ...outputs.map((name) => `${prefix}.outputs.${name}`)]);
}

/** Whether what runs prints something and ends with a code. Of a plugin nobody can tell. */
function hasResult(target: Template): boolean {
  if (target.containerSet) return (target.containerSet.containers ?? []).some(({ name }) => name === 'main');
  const kind = templateKindOf(target);
  return kind !== undefined && ['container', 'script', 'data', 'http', 'plugin'].includes(kind);
}
