import { parseWhen } from '@argosy/expressions';
import { ExpressionError, findTags } from '@argosy/expressions';
import type { Sequence, TemplateCall } from '../model/template.js';
import type { Path } from '../problem.js';
import { checkArguments } from './arguments.rule.js';
import { calledTemplate, callsOf, hasTag } from './context.js';
import type { PlacedCall, PlacedTemplate, ValidationContext } from './context.js';
import { checkHooks } from './hooks.rule.js';
import { checkFieldName } from './names.rule.js';
import { withPlaceholders } from './placeholders.js';
import { checkReference, checkTemplateExists } from './references.rule.js';

const WORD = { steps: 'step', tasks: 'task' } as const;

/** Everything that steps and tasks have in common. */
export function checkCalls(context: ValidationContext, placed: PlacedTemplate): void {
  const seen = new Set<string>();
  for (const placedCall of callsOf(placed)) {
    checkCallName(context, placedCall, seen);
    checkCall(context, placedCall);
  }
}

function checkCallName(context: ValidationContext, { call, path, kind }: PlacedCall, seen: Set<string>): void {
  const { name } = call;
  const at = [...path, 'name'];
  if (name === undefined || name === '') {
    if (kind === 'steps') context.report.missing(path, 'the step has no name');
    return;
  }
  checkFieldName(context, at, name, WORD[kind]);
  if (seen.has(name)) context.report.add(at, 'duplicate-name', `there are two ${kind} with the name "${name}"`);
  seen.add(name);
}

function checkCall(context: ValidationContext, { call, path, kind }: PlacedCall): void {
  checkReference(context, path, call, WORD[kind]);
  const target = calledTemplate(context, call);
  const targetName = call.template ?? call.templateRef?.template ?? call.inline?.name ?? 'inline';
  checkArguments(context, path, call.arguments, target, targetName);
  checkLoop(context, path, call);
  if (call.when !== undefined) checkWhen(context, [...path, 'when'], call.when);
  if (call.onExit) checkTemplateExists(context, [...path, 'onExit'], call.onExit);
  checkHooks(context, [...path, 'hooks'], call.hooks);
}

function checkLoop(context: ValidationContext, path: Path, call: TemplateCall): void {
  const loops = (['withItems', 'withParam', 'withSequence'] as const).filter((loop) => call[loop] !== undefined);
  if (loops.length > 1) {
    const message = `only one of ${loops.join(' and ')} can be given`;
    context.report.add([...path, loops[1] ?? ''], 'exclusive', message, { part: 'key' });
  }
  if (call.withParam !== undefined && !hasTag(call.withParam))
    checkList(context, [...path, 'withParam'], call.withParam);
  if (call.withSequence) checkSequence(context, [...path, 'withSequence'], call.withSequence);
}

function checkList({ report }: ValidationContext, path: Path, text: string): void {
  let list: unknown;
  try {
    list = JSON.parse(text);
  } catch {
    list = undefined;
  }
  if (!Array.isArray(list))
    report.add(path, 'with-param', 'withParam must be a JSON list', {
      hint: `for example '["a", "b"]', or a tag such as '{{steps.x.outputs.result}}'`,
    });
}

const SEQUENCE_FORMAT = /%[-+ 0#]*\d*(?:\.\d+)?[bcdoqxXU]/;

function checkSequence({ report }: ValidationContext, path: Path, sequence: Sequence): void {
  const { count, end, format } = sequence;
  if (count !== undefined && end !== undefined)
    report.add([...path, 'end'], 'exclusive', 'only one of count and end can be given', { part: 'key' });
  if (count === undefined && end === undefined) report.missing(path, 'withSequence needs count or end');
  for (const field of ['count', 'start', 'end'] as const) {
    const value = sequence[field];
    if (value === undefined || hasTag(value)) continue;
    if (!/^[-+]?\d+$/.test(String(value)))
      report.add([...path, field], 'wrong-type', `"${value}" is not a whole number`);
    else if (field === 'count' && Number(value) < 0)
      report.add([...path, field], 'range', 'count must not be negative');
  }
  if (format !== undefined && !hasTag(format) && !SEQUENCE_FORMAT.test(format))
    report.add([...path, 'format'], 'format', `"${format}" has no place for the number`, {
      hint: 'for example "item-%d"',
    });
}

/** Tags are replaced before a condition is read: with tags in it only a likely mistake can be told. */
export function checkWhen({ report }: ValidationContext, path: Path, when: string): void {
  const tags = findTags(when);
  const text = tags.length === 0 ? when : withPlaceholders(when);
  try {
    parseWhen(text);
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    if (tags.length > 0)
      report.warn(path, 'when', `the condition may be broken: ${error.message}`, { hint: error.hint });
    else
      report.add(path, 'when', error.message, {
        hint: error.hint,
        excerpt: { offset: error.offset, length: error.length },
      });
  }
}
