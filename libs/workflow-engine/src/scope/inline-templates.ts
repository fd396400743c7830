import type { VariableScope } from '@argosy/expressions';
import type { Template, TemplateCall } from '@argosy/workflow-spec';
import type { Variables } from './node-variables.js';
import { tryReplaceTags } from './tags.js';

type Calls = Pick<Template, 'steps' | 'dag'>;

/** Hears of expressions that fail. */
type Failed = (failure: Error) => void;

/** Steps or tasks with what is known where they stand. Tags of inline templates in them have a scope of their own. */
export function bindCalls({ steps, dag }: Calls, globals: VariableScope, known: Variables, failed?: Failed): Calls {
  const scope = globals.extend(known);
  const bound = <C extends TemplateCall>({ inline, ...call }: C): C =>
    ({
      ...replaced(call, scope, failed),
      ...(inline && { inline: bindInline(inline, globals, known, failed) }),
    }) as C;
  if (!dag) return steps ? { steps: steps.map((group) => group.map(bound)) } : {};
  const { tasks, ...rest } = dag;
  return { dag: { ...replaced(rest, scope, failed), tasks: tasks.map(bound) } };
}

/**
 * An inline template with what it sees of the place where it stands. What it has itself hides what has the same name
 * around it.
 */
export function bindInline(inline: Template, globals: VariableScope, around: Variables, failed?: Failed): Template {
  const own = namesIn(inline);
  const known = Object.fromEntries(Object.entries(around).filter(([name]) => !own.some((hides) => hides(name))));
  const { steps, dag, ...body } = inline;
  return {
    ...replaced(body, globals.extend(known), failed),
    ...bindCalls({ ...(steps && { steps }), ...(dag && { dag }) }, globals, known, failed),
  };
}

function replaced<T>(value: T, scope: VariableScope, failed?: Failed): T {
  const { value: made, failure } = tryReplaceTags(value, scope);
  if (failure) failed?.(failure);
  return made;
}

/** What the inputs, steps and tasks of a template's own are called. */
function namesIn({ inputs: { parameters = [], artifacts = [] } = {}, steps = [], dag }: Template) {
  const names = new Set([
    ...parameters.map(({ name }) => `inputs.parameters.${name}`),
    ...artifacts.map(({ name }) => `inputs.artifacts.${name}.path`),
    ...(parameters.length > 0 ? ['inputs.parameters'] : []),
  ]);
  const prefixes = [
    ...steps.flat().map(({ name = '' }) => `steps.${name}.`),
    ...(dag?.tasks ?? []).map(({ name }) => `tasks.${name}.`),
  ];
  return [(name: string) => names.has(name), (name: string) => prefixes.some((prefix) => name.startsWith(prefix))];
}
