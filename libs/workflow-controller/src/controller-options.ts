import type { Clock, KubeApi } from '@argosy/kube';
import type { SupervisorSource } from '@argosy/pod-plan';
import type { ControllerRules, MetricUpdate } from '@argosy/workflow-engine';
import type { Pod, Workflow } from '@argosy/workflow-spec';
import type { TurnLimits } from './admission/turns.js';
import type { RetentionPolicy } from './collection/retention.js';
import type { ImageOptions } from './images/image-commands.js';
import type { EventSettings } from './events/run-event.js';
import type { NodeStatusOptions } from './nodes/node-keeping.js';
import type { ControllerLogger } from './ports.js';
import type { RequestOptions } from './requests/node-requests.js';
import type { RunSnapshot } from './snapshot.js';

export interface WorkflowControllerOptions extends TurnLimits, RequestOptions, EventSettings {
  readonly kube: KubeApi;
  readonly supervisor: SupervisorSource;
  /** Who tells what images run by themselves. Default: nobody. */
  readonly images?: ImageOptions;
  /** Only this namespace; all when absent. */
  readonly namespace?: string;
  /** Where the controller itself is: artifact repositories that workflows name are also looked for there. */
  readonly ownNamespace?: string;
  readonly clock?: Clock;
  /** In [0, 1); spreads what many agents would else do at the same moment. Default: Math.random. */
  readonly random?: () => number;
  readonly logger?: ControllerLogger;
  /** What whoever runs the controller decides for all workflows. Default: nothing. */
  readonly rules?: ControllerRules;
  /** How many ended workflows are kept. Default: all, until their time to live is over. */
  readonly retentionPolicy?: RetentionPolicy;
  /** Where the nodes of large runs are kept. */
  readonly nodeStatus?: NodeStatusOptions;
  /**
   * Pods get a finalizer, so that one that somebody deletes stays until it is on record how it ended. Default: false. Those
   * that have it are let go either way.
   */
  readonly holdsPods?: boolean;
  /** By the last success of the same template or schedule. Default: true. */
  readonly estimateDurations?: boolean;
  /** Runs worked on at the same time. Default: 8. */
  readonly concurrency?: number;
  /**
   * Called after every pass that changed a run, and once (`full`) for each run that is found at the start. Must have taken
   * the snapshot durably when it resolves; when it rejects, the run comes again in full.
   */
  readonly onRunChanged?: (snapshot: RunSnapshot) => Promise<void>;
  readonly onRunDeleted?: (workflow: Workflow) => Promise<void>;
  /** Metrics that workflows and templates define, as they come about. */
  readonly onMetrics?: (updates: readonly MetricUpdate[]) => void;
  /** Every pod of a run as it changes, for whoever ships logs. */
  readonly onPod?: (pod: Pod, deleted: boolean) => void;
  /** Whether nobody needs the ended pod's log any more; asked every second before a pod is deleted. Default: always. */
  readonly isPodReleased?: (pod: Pod) => boolean;
}
