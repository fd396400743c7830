import type { RunNode, RunSummary } from '@argosy/sdk';
import { formatSeconds, secondsBetween } from './duration.js';
import type { Paint } from './paint.js';
import { phaseIcon, phaseText } from './phase.js';

/** What the tree shows of a run; runs of the control plane and those of `argosy run` both have it. */
export type TreeRun = Pick<
  RunSummary,
  'name' | 'phase' | 'message' | 'progress' | 'suspended' | 'startedAt' | 'finishedAt'
> & {
  readonly cluster: { readonly name: string };
};
export type TreeStep = Pick<
  RunNode,
  'id' | 'name' | 'displayName' | 'type' | 'templateName' | 'phase' | 'message' | 'startedAt' | 'finishedAt'
>;

interface TreeNode {
  readonly node: TreeStep;
  readonly children: TreeNode[];
}

/** The name one level up: `a[0].b(1:x)` → `a[0].b` → `a[0]` → `a`. Null at the top. */
function enclosingName(name: string): string | null {
  const loopItem = name.endsWith(')');
  let depth = 0;
  for (let index = name.length - 1; index > 0; index--) {
    const char = name[index];
    if (char === ')') depth++;
    if (char === '(' && --depth === 0 && loopItem) return name.slice(0, index);
    if (depth === 0 && (char === '.' || char === '[')) return name.slice(0, index);
  }
  return null;
}

const byStart = (a: TreeNode, b: TreeNode): number =>
  (a.node.startedAt ?? '9').localeCompare(b.node.startedAt ?? '9') ||
  a.node.name.localeCompare(b.node.name, 'en', { numeric: true });

/** Builds the tree that a person has in mind: what contains what. Step groups are transparent. */
function growTree(nodes: readonly TreeStep[]): TreeNode[] {
  const byName = new Map(nodes.map((node): [string, TreeNode] => [node.name, { node, children: [] }]));
  const roots: TreeNode[] = [];
  for (const entry of byName.values()) {
    if (entry.node.type === 'StepGroup') continue;
    let parentName = enclosingName(entry.node.name);
    let parent: TreeNode | undefined;
    while (parentName !== null && (!(parent = byName.get(parentName)) || parent.node.type === 'StepGroup')) {
      parentName = enclosingName(parentName);
      parent = undefined;
    }
    (parent?.children ?? roots).push(entry);
  }
  for (const entry of byName.values()) entry.children.sort(byStart);
  return roots.sort(byStart);
}

export interface TreeOptions {
  readonly paint: Paint;
  readonly nowMs: number;
  /** Most lines to print for the steps; finished steps are folded first. Default: all. */
  readonly maxLines?: number;
}

interface Line {
  readonly text: string;
  readonly foldable: boolean;
}

function lineOf(node: TreeStep, prefix: string, { paint, nowMs }: TreeOptions): Line {
  const seconds = secondsBetween(node.startedAt, node.finishedAt, nowMs);
  const isBranch = node.type !== 'Pod' && node.type !== 'Suspend' && node.type !== 'Skipped';
  const name = isBranch ? paint.bold(node.displayName) : node.displayName;
  const template =
    node.templateName && node.templateName !== node.displayName ? paint.dim(` ${node.templateName}`) : '';
  const time =
    seconds === null || node.phase === 'SKIPPED' || node.phase === 'OMITTED'
      ? ''
      : paint.dim(` ${formatSeconds(seconds)}`);
  const message = node.message ? paint.dim(`  ${node.message}`) : '';
  return {
    text: `${paint.dim(prefix)}${phaseIcon(node.phase, paint)} ${name}${template}${time}${message}`,
    foldable: !isBranch && (node.phase === 'SUCCEEDED' || node.phase === 'SKIPPED' || node.phase === 'OMITTED'),
  };
}

function linesOf(entries: readonly TreeNode[], indent: string, options: TreeOptions): Line[] {
  return entries.flatMap(({ node, children }, index) => {
    const last = index === entries.length - 1;
    return [
      lineOf(node, `${indent}${last ? '└─' : '├─'} `, options),
      ...linesOf(children, `${indent}${last ? '   ' : '│  '}`, options),
    ];
  });
}

function fold(lines: readonly Line[], maxLines: number, paint: Paint): string[] {
  if (lines.length <= maxLines) return lines.map(({ text }) => text);
  let excess = lines.length - maxLines + 1;
  const kept = lines.filter((line) => !(line.foldable && excess-- > 0));
  const shown = kept.slice(0, maxLines - 1);
  return [...shown.map(({ text }) => text), paint.dim(`   … and ${lines.length - shown.length} more steps`)];
}

/** The run's steps as a tree, one line each: phase, name, template, duration, message. */
export function formatRunTree(run: TreeRun, nodes: readonly TreeStep[], options: TreeOptions): string {
  const { paint, nowMs } = options;
  const seconds = secondsBetween(run.startedAt, run.finishedAt, nowMs);
  const facts = [
    phaseText(run.phase, paint),
    run.suspended ? paint.yellow('suspended') : '',
    run.progress ?? '',
    seconds === null ? '' : formatSeconds(seconds),
  ].filter(Boolean);
  const head = `${phaseIcon(run.phase, paint)} ${paint.bold(run.name)} ${paint.dim(`on ${run.cluster.name}`)}  ${facts.join(paint.dim(' · '))}`;
  const roots = growTree(nodes);
  // The run and its entry node are the same thing to a person; its children come straight under the head.
  const top = roots.flatMap((root) =>
    root.node.name === run.name && root.children.length > 0 ? root.children : [root],
  );
  const message = run.message ? [paint.dim(`  ${run.message}`)] : [];
  return [head, ...message, ...fold(linesOf(top, '', options), options.maxLines ?? Infinity, paint)].join('\n');
}
