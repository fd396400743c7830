import { isFrame, progressMarkOf } from '@argosy/executor-protocol';
import type { NodePhase, RunPhase } from '@argosy/sdk';
import { ArgosyError } from '@argosy/sdk';
import type { NodeStatus, Pod, Workflow } from '@argosy/workflow-spec';
import type { CliCommand, CliContext } from '../command.js';
import { EXIT_FAILED } from '../command.js';
import { createView } from '../live/live-tree.js';
import type { RunView, Watched } from '../live/live-tree.js';
import { LocalRun } from '../local/local-run.js';
import type { TreeRun, TreeStep } from '../output/run-tree.js';
import { collect, readManifest, readParameters } from './arguments.js';
import { endOf, failedContainers, LOG_TAIL_LINES } from './failure.js';
import type { ParameterFlags } from './arguments.js';
import { readRunnable } from './manifest.js';
import type { RunnableManifest } from './manifest.js';

interface RunFlags extends ParameterFlags {
  log?: boolean;
}

export const runCommand: CliCommand = (program, context) => {
  program
    .command('run')
    .description('run a workflow here and now as local processes, with no server at all')
    .argument('<file>', 'YAML or JSON file; - for standard input')
    .option('-p, --parameter <name=value>', 'set a workflow parameter (repeatable)', collect)
    .option('-f, --parameter-file <file>', 'YAML or JSON file of parameters')
    .option('--log', 'print what the steps print, instead of the tree')
    .action(async (file: string, flags: RunFlags) => {
      const runnable = readRunnable(readManifest(file), file, readParameters(flags));
      const ended = await runHere(runnable, flags.log ?? false, context);
      if (ended.status?.phase !== 'Succeeded') context.exitWith(EXIT_FAILED);
    });
};

async function runHere(
  { workflow, templates }: RunnableManifest,
  log: boolean,
  context: CliContext,
): Promise<Workflow> {
  const { output, paint } = context;
  const watched: Watched = { run: treeRun(workflow), nodes: [] };
  const view: RunView | undefined = log ? undefined : createView([watched], context);
  const followed = new Set<string>();
  const pods = new Map<string, Pod>();
  const logs: Promise<void>[] = [];
  const run = new LocalRun({
    onChange: (current, nodes) => {
      watched.run = treeRun(current);
      watched.nodes = nodes.map(treeStep);
      view?.update(watched);
    },
    onPod: (pod) => {
      const { uid = '' } = pod.metadata ?? {};
      pods.set(nodeOf(pod), pod);
      if (!log) return;
      for (const { name, state } of pod.status?.containerStatuses ?? []) {
        const key = `${uid} ${name}`;
        if (!(state?.running ?? state?.terminated) || followed.has(key)) continue;
        followed.add(key);
        logs.push(printLog(run, pod, name, context));
      }
    },
  });
  try {
    const ended = await run.run(workflow, templates, context.signal);
    await Promise.all(logs);
    view?.close();
    if (ended.status?.phase !== 'Succeeded') {
      output.err(paint.red(`\n${endOf(ended.metadata.name ?? '', ended.status?.phase, ended.status?.message)}`));
      if (!log) for (const { name } of failedPods(watched.nodes)) await printTail(run, pods.get(name), context);
    }
    return ended;
  } finally {
    view?.close();
    await run.close();
  }
}

const nodeOf = ({ metadata }: Pod): string =>
  metadata?.annotations?.['workflows.argoproj.io/node-name'] ?? metadata?.name ?? '';

const failedPods = (nodes: readonly TreeStep[]): TreeStep[] =>
  nodes.filter(({ type, phase }) => type === 'Pod' && (phase === 'FAILED' || phase === 'ERROR'));

async function* linesOf(run: LocalRun, pod: Pod, container: string): AsyncGenerator<string, void, undefined> {
  try {
    for await (const line of run.logLines(pod, container))
      if (!isFrame(line)) yield progressMarkOf(line)?.before ?? line;
  } catch (cause) {
    throw new ArgosyError('server', `Cannot read the log of ${nodeOf(pod)}: ${(cause as Error).message}`, [], {
      cause,
    });
  }
}

async function printLog(run: LocalRun, pod: Pod, container: string, { output, paint }: CliContext): Promise<void> {
  for await (const line of linesOf(run, pod, container))
    output.out(`${paint.cyan(`${programOf(pod, container)}:`)} ${line}`);
}

/** A step's only program needs no name of its own. */
const programOf = (pod: Pod, container: string): string =>
  container === 'main' ? nodeOf(pod) : `${nodeOf(pod)} (${container})`;

async function printTail(run: LocalRun, pod: Pod | undefined, { output, paint }: CliContext): Promise<void> {
  if (!pod) return;
  for (const container of failedContainers(pod)) {
    const lines: string[] = [];
    for await (const line of linesOf(run, pod, container)) {
      lines.push(line);
      if (lines.length > LOG_TAIL_LINES) lines.shift();
    }
    output.err(`\n${paint.bold(programOf(pod, container))}`);
    for (const line of lines) output.err(`  ${line}`);
  }
}

const upper = <T extends string>(phase: string | undefined): T => (phase || 'Pending').toUpperCase() as T;

function treeRun({ metadata, spec, status }: Workflow): TreeRun {
  return {
    name: metadata.name ?? metadata.generateName ?? '',
    phase: upper<RunPhase>(status?.phase),
    message: status?.message ?? null,
    progress: status?.progress ?? null,
    suspended: spec.suspend ?? false,
    startedAt: status?.startedAt ?? null,
    finishedAt: status?.finishedAt ?? null,
    cluster: { name: 'this machine' },
  };
}

function treeStep(node: NodeStatus): TreeStep {
  return {
    id: node.id,
    name: node.name,
    displayName: node.displayName ?? node.name,
    type: node.type,
    templateName: node.templateName ?? null,
    phase: upper<NodePhase>(node.phase),
    message: node.message ?? null,
    startedAt: node.startedAt ?? null,
    finishedAt: node.finishedAt ?? null,
  };
}
