import type { Instant } from '@argosy/workflow-engine';
import { formatTime } from '@argosy/workflow-engine';
import type { CronWorkflow, Template, Workflow } from '@argosy/workflow-spec';
import { toYaml } from '@argosy/workflow-spec';
import { workflowOf } from './child-workflow.js';
import { timesBetween } from './schedule/schedule-times.js';
import { schedulesOf } from './schedule/schedules.js';

export interface BackfillOptions {
  /** Names the backfill: its workflows, and the lock that keeps them one after the other. */
  readonly name: string;
  /** Times after this one. */
  readonly start: Instant;
  /** Up to and including this one. */
  readonly end: Instant;
  readonly now: Instant;
  /** The argument that is given the scheduled time. Default: `cronScheduleTime`. */
  readonly argName?: string;
  /** All at once instead of one after the other. */
  readonly parallel?: boolean;
  /** Most workflows that one monitoring workflow makes. Default: 1000. */
  readonly maxWorkflowCount?: number;
}
export type Backfill =
  | { readonly ok: true; readonly times: readonly Instant[]; readonly workflows: readonly Workflow[] }
  | { readonly ok: false; readonly problem: string };

const BACKFILL_LABEL = 'workflows.argoproj.io/backfill';
const ARGUMENT = 'cronScheduleTime';
const INPUT = 'backfillscheduletime';
const MOST_WORKFLOWS = 1000;
const HIGHEST_PRIORITY = 2 ** 31 - 1;
/** The name of a Workflow has 63 characters at most, of which generateName takes a hyphen and five. */
const LONGEST_PREFIX = 57;

/**
 * The workflows that make up for the times of a CronWorkflow in (start, end], as `argo cron backfill` makes them: each one
 * creates and watches a workflow for every time.
 */
export function backfill(cron: CronWorkflow, options: BackfillOptions): Backfill {
  const { start, end, maxWorkflowCount = MOST_WORKFLOWS } = options;
  if (!Number.isInteger(maxWorkflowCount) || maxWorkflowCount < 1)
    return { ok: false, problem: 'the maximum number of workflows must be at least 1' };
  const parsed = schedulesOf(cron.spec);
  if (!parsed.ok) return parsed;
  const found = parsed.schedules.flatMap((schedule) => [...timesBetween(schedule, start, end)]);
  const times = [...new Set(found)].sort((a, b) => a - b);
  const manifest = toYaml(scheduledWorkflow(cron, options));
  const workflows: Workflow[] = [];
  for (let at = 0; at < times.length; at += maxWorkflowCount)
    workflows.push(monitor(cron, manifest, times.slice(at, at + maxWorkflowCount)));
  return { ok: true, times, workflows };
}

function scheduledWorkflow(
  cron: CronWorkflow,
  { name, now, argName = ARGUMENT, parallel = false }: BackfillOptions,
): Workflow {
  const prefix = `${cron.metadata.name ?? ''}-backfill-${name}`.slice(0, LONGEST_PREFIX);
  const workflow = workflowOf(cron, { generateName: `${prefix}-` }, now);
  const { arguments: given, ...spec } = workflow.spec;
  const kept = (given?.parameters ?? []).filter((parameter) => parameter.name !== argName);
  const parameters = [...kept, { name: argName, value: `{{inputs.parameters.${INPUT}}}` }];
  const oneByOne = { priority: HIGHEST_PRIORITY, synchronization: { mutexes: [{ name }] } };
  return { ...workflow, spec: { ...spec, arguments: { ...given, parameters }, ...(!parallel && oneByOne) } };
}

function monitor(cron: CronWorkflow, manifest: string, times: readonly Instant[]): Workflow {
  const { name = '', namespace } = cron.metadata;
  const create: Template = {
    name: 'create-workflow',
    inputs: { parameters: [{ name: INPUT }] },
    resource: { action: 'create', successCondition: 'status.phase == Succeeded', manifest },
  };
  const step = {
    name: create.name,
    template: create.name,
    arguments: { parameters: [{ name: INPUT, value: '{{item}}' }] },
    withParam: JSON.stringify(times.map(goTime)),
  };
  return {
    apiVersion: cron.apiVersion,
    kind: 'Workflow',
    metadata: {
      generateName: 'backfill-wf-',
      ...(namespace !== undefined && { namespace }),
      labels: { [BACKFILL_LABEL]: name },
    },
    spec: { entrypoint: 'main', templates: [{ name: 'main', steps: [[step]] }, create] },
  };
}

/** As Go prints a time, which is what workflows written for Argo's backfill expect: `2026-01-02 03:04:05 +0000 UTC`. */
const goTime = (at: Instant): string => formatTime(at).replace('T', ' ').replace('Z', ' +0000 UTC');
