import type { NodeStatus } from '@argosy/workflow-spec';

const FIELDS: Readonly<Record<string, (node: NodeStatus) => string>> = {
  displayName: (node) => node.displayName ?? '',
  templateName: (node) => node.templateName ?? '',
  phase: (node) => node.phase ?? '',
  name: (node) => node.name,
  id: (node) => node.id,
  'templateRef.name': (node) => node.templateRef?.name ?? '',
  'templateRef.template': (node) => node.templateRef?.template ?? '',
};

/**
 * Argo's node field selector: comma-separated `field=value`, `field==value` or `field!=value`, all of which must hold.
 * @returns the predicate, or what is wrong with the selector
 */
export function parseNodeSelector(selector: string): ((node: NodeStatus) => boolean) | string {
  const terms: ((node: NodeStatus) => boolean)[] = [];
  for (const term of selector.split(',')) {
    const [, field, operator, value] = /^\s*([^=!\s]+)\s*(!=|==|=)\s*(.*?)\s*$/.exec(term) ?? [];
    if (field === undefined || value === undefined) return `"${term}" is not of the form field=value or field!=value`;
    const read = FIELDS[field] ?? inputOf(field);
    if (!read)
      return `unknown field "${field}"; known are ${Object.keys(FIELDS).join(', ')} and inputs.parameters.NAME.value`;
    terms.push((node) => (read(node) === value) === (operator !== '!='));
  }
  return (node) => terms.every((holds) => holds(node));
}

function inputOf(field: string): ((node: NodeStatus) => string) | undefined {
  const name = /^inputs\.parameters\.(.+)\.value$/.exec(field)?.[1];
  if (name === undefined) return undefined;
  return (node) => String(node.inputs?.parameters?.find((parameter) => parameter.name === name)?.value ?? '');
}
