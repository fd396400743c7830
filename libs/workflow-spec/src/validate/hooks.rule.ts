import type { LifecycleHooks } from '../model/template.js';
import type { Path } from '../problem.js';
import { checkArguments } from './arguments.rule.js';
import { calledTemplate } from './context.js';
import type { ValidationContext } from './context.js';
import { checkExpression } from './expression.rule.js';
import { checkReference } from './references.rule.js';

export function checkHooks(context: ValidationContext, path: Path, hooks: LifecycleHooks | undefined): void {
  for (const [name, hook] of Object.entries(hooks ?? {})) {
    const at = [...path, name];
    checkReference(context, at, hook, 'hook');
    // Without arguments the exit hook of a workflow gets those of the workflow.
    const target =
      path.length <= context.specPath.length + 1 && !hook.arguments ? undefined : calledTemplate(context, hook);
    checkArguments(context, at, hook.arguments, target, hook.template ?? hook.templateRef?.template ?? '');
    if (name !== 'exit' && !hook.expression && !context.report.isDamaged(at))
      context.report.add(at, 'no-expression', `hook "${name}" has no expression`, {
        hint: 'only the hook "exit" runs without one',
      });
    if (hook.expression !== undefined) checkExpression(context, [...at, 'expression'], hook.expression);
  }
}
