import type { ArgosyClient, RunSummary } from '@argosy/sdk';
import type { CliContext } from '../command.js';
import { formatSeconds, secondsBetween } from '../output/duration.js';
import { phaseIcon, phaseWord } from '../output/phase.js';
import { formatRunTree } from '../output/run-tree.js';
import type { TreeRun, TreeStep } from '../output/run-tree.js';
import { Screen } from './screen.js';

/** A run and its steps as last seen; whoever watches it writes into it. */
export interface Watched {
  run: TreeRun;
  nodes: readonly TreeStep[];
}

export interface RunView {
  update(entry: Watched): void;
  /** Leaves the last picture standing. May be called again. */
  close(): void;
}

/** A live tree on a terminal; elsewhere one line per step that changed. */
export const createView = (watched: readonly Watched[], context: CliContext): RunView =>
  process.stdout.isTTY ? new TreeView(watched, context) : new LineView(context);

const REDRAW_MS = 120;

/** Shows runs as they go until all have ended. */
export async function watchRuns(
  client: ArgosyClient,
  runs: readonly RunSummary[],
  context: CliContext,
): Promise<RunSummary[]> {
  const last = [...runs];
  const watched: Watched[] = runs.map((run) => ({ run, nodes: [] }));
  const view = createView(watched, context);
  const follow = async (entry: Watched, index: number): Promise<void> => {
    for await (const run of client.watchRun((runs[index] as RunSummary).id, context.signal)) {
      // The nodes are read after the run is known to be in this state, so that the last picture is complete.
      entry.nodes = await client.listNodes(run.id);
      entry.run = last[index] = run;
      view.update(entry);
    }
  };
  try {
    await Promise.all(watched.map(follow));
  } finally {
    view.close();
  }
  return last;
}

class TreeView implements RunView {
  private readonly screen = new Screen(process.stdout);
  private readonly timer: NodeJS.Timeout;
  private closed = false;

  constructor(
    private readonly watched: readonly Watched[],
    private readonly context: CliContext,
  ) {
    this.timer = setInterval(() => this.draw(this.linesPerRun()), REDRAW_MS);
  }

  update(_entry: Watched): void {
    // Drawn by the timer: durations tick even when nothing changes.
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    clearInterval(this.timer);
    this.draw(Infinity);
    this.screen.release();
  }

  private linesPerRun(): number {
    return Math.max(4, Math.floor((this.screen.rows - 2) / this.watched.length) - 3);
  }

  private draw(maxLines: number): void {
    const { paint, now } = this.context;
    this.screen.draw(
      this.watched.map(({ run, nodes }) => formatRunTree(run, nodes, { paint, nowMs: now(), maxLines })).join('\n\n'),
    );
  }
}

class LineView implements RunView {
  private readonly seen = new Map<string, string>();

  constructor(private readonly context: CliContext) {}

  update({ run, nodes }: Watched): void {
    for (const node of nodes) {
      const key = `${run.cluster.name}/${node.id}`;
      // The run itself is told below.
      if (node.type === 'StepGroup' || node.name === run.name || this.seen.get(key) === node.phase) continue;
      this.seen.set(key, node.phase);
      this.print(run.cluster.name, node.displayName, node);
    }
    const key = `${run.cluster.name}/${run.name}/run`;
    if (this.seen.get(key) === run.phase) return;
    this.seen.set(key, run.phase);
    this.print(run.cluster.name, run.name, run);
  }

  close(): void {
    // Every line stands as printed.
  }

  private print(where: string, name: string, what: TreeRun | TreeStep): void {
    const { paint, output, now } = this.context;
    const seconds = secondsBetween(what.startedAt, what.finishedAt, now());
    const time = what.finishedAt && seconds !== null ? ` ${formatSeconds(seconds)}` : '';
    const message = what.message ? `: ${what.message}` : '';
    output.out(`${phaseIcon(what.phase, paint)} ${where}  ${name}  ${phaseWord(what.phase)}${time}${message}`);
  }
}
