import type { RunNode, RunSummary } from '@argosy/sdk';
import { stepTree } from '@argosy/sdk/step-tree';
import type { StepTreeNode } from '@argosy/sdk/step-tree';
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

function linesOf(entries: readonly StepTreeNode<TreeStep>[], indent: string, options: TreeOptions): Line[] {
  return entries.flatMap(({ step, children }, index) => {
    const last = index === entries.length - 1;
    return [
      lineOf(step, `${indent}${last ? '└─' : '├─'} `, options),
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
  const roots = stepTree(nodes);
  // The run and its entry node are the same thing to a person; its children come straight under the head.
  const top = roots.flatMap((root) =>
    root.step.name === run.name && root.children.length > 0 ? root.children : [root],
  );
  const message = run.message ? [paint.dim(`  ${run.message}`)] : [];
  return [head, ...message, ...fold(linesOf(top, '', options), options.maxLines ?? Infinity, paint)].join('\n');
}
