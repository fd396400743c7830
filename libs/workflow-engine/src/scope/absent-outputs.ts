import type { Arguments, NodeStatus, TemplateCall } from '@argosy/workflow-spec';
import type { RunDraft } from '../kernel/run-draft.js';
import type { Variables } from './node-variables.js';
import { resolveTemplate } from './template-lookup.js';

/**
 * What siblings read of a call that was skipped or omitted: the defaults that its template declares for its outputs, and
 * null, which means absent, for its result and for those without one. Expressions may say `?? 'x'`; a plain tag cannot be resolved.
 */
export function absentOutputs(
  run: RunDraft,
  prefix: string,
  node: NodeStatus,
  call: TemplateCall | undefined,
  templateScope: string,
): Variables {
  if (!call || node.outputs || (node.phase !== 'Skipped' && node.phase !== 'Omitted')) return {};
  const variables: Variables = { [`${prefix}.outputs.result`]: null };
  try {
    const { outputs } = resolveTemplate(run, { call, templateScope }).template;
    for (const { name, valueFrom } of outputs?.parameters ?? []) {
      const value = valueFrom?.default;
      variables[`${prefix}.outputs.parameters.${name}`] = value === undefined ? null : String(value);
    }
  } catch {
    // The call was not made, so it may name a template that is not there.
  }
  return variables;
}

/** Arguments that are nothing but a tag for something absent count as not given: the input's own default applies. */
export function withoutAbsent(args: Arguments, variables: Variables): Arguments {
  if (!args.parameters) return args;
  const parameters = args.parameters.map((parameter) => {
    const [, name] = /^\{\{\s*([^{}]*?)\s*\}\}$/.exec(String(parameter.value ?? '')) ?? [];
    return name === undefined || variables[name] !== null ? parameter : { name: parameter.name };
  });
  return { ...args, parameters };
}
