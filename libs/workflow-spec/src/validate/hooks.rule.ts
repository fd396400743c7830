import { compileExpression, ExpressionError } from '@argosy/expressions';
import type { LifecycleHooks } from '../model/template.js';
import type { Path } from '../problem.js';
import { checkArguments } from './arguments.rule.js';
import { calledTemplate, hasTag } from './context.js';
import type { ValidationContext } from './context.js';
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

/** The syntax of a field that holds an expression. Tags in it are replaced before it is read. */
export function checkExpression({ report }: ValidationContext, path: Path, text: string): void {
  if (hasTag(text)) return;
  try {
    compileExpression(text);
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    const { offset, length, hint, message } = error;
    report.add(path, 'expression', message, { hint, excerpt: { offset, length } });
  }
}
