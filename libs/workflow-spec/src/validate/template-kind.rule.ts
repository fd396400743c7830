import type { Path } from '../problem.js';
import { isGroupTemplate, TEMPLATE_KINDS, templateKindsOf } from '../template-kind.js';
import type { TemplateKind } from '../template-kind.js';
import { durationMs } from '../duration.js';
import { hasTag } from './context.js';
import type { PlacedTemplate, ValidationContext } from './context.js';

/** Exactly one kind, and the fields that go with it. */
export function checkTemplateKind(context: ValidationContext, placed: PlacedTemplate): void {
  const { template, path, holder } = placed;
  const { report } = context;
  const kinds = templateKindsOf(template);
  const [kind, second] = kinds;
  if (kind === undefined) {
    const empty = TEMPLATE_KINDS.find((candidate) => report.isWritten([...path, candidate]));
    const hint = empty
      ? `there is nothing behind "${empty}:"${empty === 'suspend' ? ', write suspend: {}' : ''}`
      : 'give it a container, script, steps, dag, resource, suspend: {}, …';
    report.missing(path, `template "${template.name ?? ''}" has no type`, hint);
    return;
  }
  if (second !== undefined)
    report.add([...path, second], 'exclusive', `a template has one type, this one has ${kinds.join(' and ')}`, {
      part: 'key',
    });
  if (isGroupTemplate(kind)) checkGroup(context, path, placed, kind);
  else checkLeaf(context, path, placed);
  if (holder?.path.includes('inline') && isGroupTemplate(kind))
    report.warn(path, 'nested-inline', 'an inline template within an inline template is not supported by Argo');
}

function checkGroup({ report }: ValidationContext, path: Path, { template }: PlacedTemplate, kind: TemplateKind): void {
  for (const field of ['activeDeadlineSeconds', 'timeout'] as const) {
    if (template[field] === undefined) continue;
    const message = `${field} is only valid for templates that are no steps or dag`;
    report.add([...path, field], 'placement', message, {
      part: 'key',
      hint: 'set it on the templates that it calls',
    });
  }
  if (template.pendingTimeout !== undefined)
    report.warn([...path, 'pendingTimeout'], 'placement', 'pendingTimeout is for templates that have a pod', {
      part: 'key',
      hint: 'set it on the templates that it calls',
    });
  if (template.parallelism !== undefined && template.parallelism < 1)
    report.warn([...path, 'parallelism'], 'range', `a parallelism of ${template.parallelism} is no limit`);
  if (kind === 'steps' && template.steps?.length === 0) report.missing([...path, 'steps'], 'there are no steps');
}

function checkLeaf({ report }: ValidationContext, path: Path, { template }: PlacedTemplate): void {
  if (template.parallelism !== undefined) {
    const message = 'parallelism is only valid for steps and dag templates';
    report.add([...path, 'parallelism'], 'placement', message, {
      part: 'key',
      hint: 'set it on the template that calls this one, or in spec',
    });
  }
  const deadline = template.activeDeadlineSeconds;
  if (deadline !== undefined && !hasTag(deadline) && !(Number(deadline) >= 0 && Number.isInteger(Number(deadline))))
    report.add(
      [...path, 'activeDeadlineSeconds'],
      'range',
      'activeDeadlineSeconds must be a whole number of 0 or more',
      { hint: 'write seconds, or a tag that stands for them' },
    );
  if (template.timeout !== undefined && template.suspend)
    report.add([...path, 'timeout'], 'placement', 'a suspend template has no timeout', {
      part: 'key',
      hint: 'set suspend.duration, or activeDeadlineSeconds',
    });
  checkTimeout({ report }, [...path, 'timeout'], template.timeout);
  checkDuration({ report }, [...path, 'pendingTimeout'], template.pendingTimeout);
}

/** Argo takes seconds without a unit everywhere but here. */
function checkTimeout(context: Pick<ValidationContext, 'report'>, path: Path, timeout: string | undefined): void {
  if (timeout !== undefined && /^[-+]?\d+$/.test(timeout))
    context.report.add(path, 'unit', `the timeout "${timeout}" has no unit`, { hint: `write ${timeout}s` });
  else checkDuration(context, path, timeout);
}

export function checkDuration(
  { report }: Pick<ValidationContext, 'report'>,
  path: Path,
  text: string | number | undefined,
): void {
  if (text === undefined || text === '' || hasTag(text)) return;
  const duration = durationMs(text);
  const hint = 'write seconds, or hours, minutes and seconds such as 1h30m or 90s';
  if (duration === null)
    report.add(path, 'duration', `"${text}" is no duration`, {
      hint: /\dd$/.test(String(text)) ? 'there is no unit for days: write 24h' : hint,
    });
  else if (duration < 0) report.add(path, 'duration', `the duration "${text}" is negative`);
}
