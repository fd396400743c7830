import type { Workflow } from '@argosy/workflow-spec';
import type { ImageAnswer, ImageQuestion } from './image-command.js';

/** How the supervisor gets into the pods of this cluster. */
export interface SupervisorSource {
  /** Image that holds `/supervisor`. */
  readonly image: string;
  /** `image-volume` mounts the image (Kubernetes 1.33 and newer); `init-container` copies from it. */
  readonly delivery: 'image-volume' | 'init-container';
  /** Image that holds `kubectl`, and `jq` where templates use it, for resource templates. Default: Kubernetes' own. */
  readonly kubectlImage?: string;
  /** Default: Argo's, `3s` and `1m0s`. */
  readonly progressTicks?: ProgressTicks;
}

/** How often programs are asked for their progress, as Go durations; `0s` turns it off. */
export interface ProgressTicks {
  /** Their file is read. */
  readonly file: string;
  /** What it says is told on, at most. */
  readonly patch: string;
}

export interface PodPlanContext {
  /** Metadata, and the spec after defaults and templates are merged in. */
  readonly workflow: Workflow;
  readonly supervisor: SupervisorSource;
  /** Pods stay, though somebody deletes them, until it is on record how they ended. */
  readonly holdsPods?: boolean;
  /** Milliseconds since the Unix epoch; turns deadlines into what remains. */
  readonly nowMs: number;
  /** Tells what images run by themselves. Nobody can when it is absent, and every container has to have a command. */
  readonly imageCommand?: (question: ImageQuestion) => ImageAnswer;
}
