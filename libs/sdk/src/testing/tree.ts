import type { NodeStatus } from '@argosy/workflow-spec';
import { relativeName } from './script.js';

const collator = new Intl.Collator('en', { numeric: true });

/**
 * One line a node, `name: Type Phase (message) -> children`. Names are relative to the workflow and sorted as people
 * count; ids in messages are replaced by names, because nobody reads hashes.
 */
export function treeLines(workflowName: string, nodes: readonly NodeStatus[]): string[] {
  const names = new Map(nodes.map(({ id, name }) => [id, relativeName(workflowName, name)]));
  const nameOf = (id: string): string => names.get(id) ?? `?${id}`;
  const ids = new RegExp(`\\b${escaped(workflowName)}-\\d+\\b`, 'g');
  const root = (node: NodeStatus): number => (node.name === workflowName ? 0 : 1);
  return [...nodes]
    .sort((a, b) => root(a) - root(b) || collator.compare(nameOf(a.id), nameOf(b.id)))
    .map((node) => {
      const said = node.message?.replace(ids, (id) => names.get(id) ?? id);
      const children = (node.children ?? []).map(nameOf);
      const message = said ? ` (${said})` : '';
      return `${nameOf(node.id)}: ${node.type} ${node.phase}${message}${children.length > 0 ? ` -> ${children.join(', ')}` : ''}`;
    });
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
