import type { NodeStatus, Outputs } from '@argosy/workflow-spec';

/** A node of the tree as tests like to look at it. `status` is all of it, as in the Workflow object. */
export interface SimulatedNode {
  readonly id: string;
  readonly name: string;
  readonly displayName: string;
  readonly type: NodeStatus['type'];
  readonly phase: NodeStatus['phase'];
  readonly message: string;
  readonly inputs: SimulatedValues;
  readonly outputs: SimulatedValues;
  /** Names of the nodes that come after it, relative to the workflow as in the tree. */
  readonly children: readonly string[];
  /** Seconds from the start of the run; null when it has not ended. */
  readonly startedAfter: number | null;
  readonly finishedAfter: number | null;
  readonly status: NodeStatus;
}
export interface SimulatedValues {
  readonly result: string | undefined;
  readonly exitCode: string | undefined;
  readonly parameters: Readonly<Record<string, string>>;
  /** Names of the artifacts. */
  readonly artifacts: readonly string[];
}

export function simulatedNode(
  status: NodeStatus,
  nameOf: (id: string) => string,
  secondsUntil: (time: string | undefined) => number | null,
): SimulatedNode {
  return {
    id: status.id,
    name: status.name,
    displayName: status.displayName ?? status.name,
    type: status.type,
    phase: status.phase,
    message: status.message ?? '',
    inputs: simulatedValues(status.inputs),
    outputs: simulatedValues(status.outputs),
    children: (status.children ?? []).map(nameOf),
    startedAfter: secondsUntil(status.startedAt),
    finishedAfter: secondsUntil(status.finishedAt),
    status,
  };
}

export function simulatedValues(outputs: Outputs | undefined): SimulatedValues {
  const parameters = (outputs?.parameters ?? []).filter(({ value }) => value !== undefined);
  return {
    result: outputs?.result,
    exitCode: outputs?.exitCode,
    parameters: Object.fromEntries(parameters.map(({ name, value }) => [name, String(value)])),
    artifacts: (outputs?.artifacts ?? []).map(({ name }) => name),
  };
}
