import type { Template, TemplateCall } from '../model/template.js';
import { callsOf } from './context.js';
import type { PlacedCall, PlacedTemplate, ValidationContext } from './context.js';

/**
 * Refuses templates that cannot end well without calling themselves: every call on the way back to the template is made
 * whatever happens. A condition, a loop (which may be empty) or a `depends` anywhere on the way is a way out.
 */
export function checkRecursion(context: ValidationContext, placed: readonly PlacedTemplate[]): void {
  const calls: CertainCalls = new Map();
  for (const each of placed) {
    const { name } = each.template;
    if (!name || each.holder) continue;
    const certain = callsOf(each).filter(({ call }) => isCertain(call, each.template));
    calls.set(name, certain);
  }
  for (const { names, first } of cycles(calls)) {
    const through = names.length > 1 ? `, through ${names.slice(1).join(' and ')}` : '';
    context.report.add(
      [...first.path, 'template'],
      'endless-recursion',
      `the template "${names[0]}" calls itself without end${through}`,
      { hint: 'a way out is missing, such as a `when` on this call' },
    );
  }
}

type CertainCalls = Map<string, readonly PlacedCall[]>;
interface Cycle {
  /** In the order of calling; the last one calls the first. */
  readonly names: readonly string[];
  /** How the first one begins the way round. */
  readonly first: PlacedCall;
}

/** Depth first and by a loop, so that a long chain of templates costs no more than its length. */
function cycles(calls: CertainCalls): Cycle[] {
  const found: Cycle[] = [];
  const done = new Set<string>();
  for (const root of calls.keys()) {
    const way: { readonly name: string; next: number }[] = done.has(root) ? [] : [{ name: root, next: 0 }];
    const onWay = new Map(way.map(({ name }) => [name, 0]));
    for (let top = way.at(-1); top !== undefined; top = way.at(-1)) {
      const call = calls.get(top.name)?.[top.next++];
      if (!call) {
        way.pop();
        onWay.delete(top.name);
        done.add(top.name);
        continue;
      }
      const name = call.call.template ?? '';
      const begin = onWay.get(name);
      if (begin !== undefined) found.push(cycleFrom(way.slice(begin), calls));
      else if (calls.has(name) && !done.has(name)) {
        onWay.set(name, way.length);
        way.push({ name, next: 0 });
      }
    }
  }
  return found;
}

function cycleFrom(way: readonly { readonly name: string; readonly next: number }[], calls: CertainCalls): Cycle {
  const [head] = way;
  const first = calls.get(head?.name ?? '')?.[(head?.next ?? 1) - 1] as PlacedCall;
  return { names: way.map(({ name }) => name), first };
}

function isCertain(call: TemplateCall, { dag }: Template): boolean {
  const { template, when, withItems, withParam, withSequence } = call;
  const isLoop = Boolean(withItems?.length) || Boolean(withParam) || withSequence !== undefined;
  const isConditional = Boolean(when) || ('depends' in call && Boolean(call.depends)) || Boolean(dag?.target);
  return template !== undefined && !template.includes('{{') && !isLoop && !isConditional;
}
