import type { ArgosyClient, RunSummary } from '@argosy/sdk';
import type { CliContext } from '../command.js';
import type { Paint } from '../output/paint.js';

export interface LogStreamOptions {
  readonly nodeId?: string;
  readonly container?: string;
  readonly timestamps?: boolean;
  /** Print only lines that contain this. */
  readonly grep?: string;
}

const nodeColors = ['cyan', 'magenta', 'blue', 'yellow', 'green'] as const satisfies readonly (keyof Paint)[];

/** Prints a run's log as it comes, each line behind the name of its step, until the run's containers have ended. */
export async function printLogs(
  client: ArgosyClient,
  run: RunSummary,
  options: LogStreamOptions,
  context: CliContext,
): Promise<void> {
  const { paint, output } = context;
  const names = new Map<string, string>();
  const labels = new Map<string, string>();
  const label = async (nodeId: string): Promise<string> => {
    if (!names.has(nodeId)) for (const node of await client.listNodes(run.id)) names.set(node.id, node.displayName);
    let text = labels.get(nodeId);
    if (text === undefined) {
      text = paint[nodeColors[labels.size % nodeColors.length] ?? 'cyan'](`${names.get(nodeId) ?? nodeId}:`);
      labels.set(nodeId, text);
    }
    return text;
  };
  for await (const line of client.followLogs(run.id, {
    nodeId: options.nodeId,
    container: options.container,
    signal: context.signal,
  })) {
    if (line.missingBefore > 0) output.out(paint.yellow(`… ${line.missingBefore} lines were lost here …`));
    if (options.grep !== undefined && !line.text.includes(options.grep)) continue;
    const time = options.timestamps ? `${paint.dim(line.at)} ` : '';
    output.out(`${time}${options.nodeId ? '' : `${await label(line.nodeId)} `}${line.text}`);
  }
}
