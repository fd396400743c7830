import type { RunDraft } from '../kernel/run-draft.js';
import type { DagFrame, StepsFrame } from '../model/frame.js';
import type { AdmissionPolicy } from './policy.js';
import { boundaryTemplate } from './parallelism.policy.js';

export const FAIL_FAST_MESSAGE = 'template has failed or errored children and failFast enabled';

/**
 * A template's `failFast` (not the DAG's): after a failed child nothing new starts directly inside it. Hooks do (an exit
 * handler is there for exactly that case), and so do further attempts of what has started.
 */
export const failFast: AdmissionPolicy = (run, site) =>
  site.hooked ||
  site.attempt !== null ||
  boundaryTemplate(run, site.boundary)?.failFast !== true ||
  run.tally.failedChildren(site.boundary) === 0;

/** With calls held back and nothing left running, a failed child ends the template. */
export const mustFailFast = (run: RunDraft, frame: StepsFrame | DagFrame): boolean =>
  frame.template.failFast === true &&
  run.tally.failedChildren(frame.id) > 0 &&
  run.tally.activeChildren(frame.id) === 0;
