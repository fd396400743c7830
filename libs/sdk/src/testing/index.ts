import type { Workflow } from '@argosy/workflow-spec';
import type { SimulationOptions } from './simulated-run.js';
import { SimulatedRun } from './simulated-run.js';

export { ManifestError } from './manifests.js';
export { errors, evicted, fails, hangs, succeeds, vanishes } from './outcome.js';
export type { Failure, Outputs } from './outcome.js';
export { attempts } from './pod-script.js';
export type { Attempts, PodBehaviour, PodScripts } from './pod-script.js';
export { RequestRefused, SimulatedRun } from './simulated-run.js';
export type { SimulationOptions } from './simulated-run.js';
export type { SimulatedNode, SimulatedValues } from './simulated-node.js';

/** A run at its first moment; `finish`, `at` and `after` let time pass. @throws ManifestError */
export const start = (manifest: string | Workflow, options?: SimulationOptions): SimulatedRun =>
  new SimulatedRun(manifest, options).at(0);

/** A run as far as it goes by itself: to its end, or until it waits for somebody. @throws ManifestError */
export const simulate = (manifest: string | Workflow, options?: SimulationOptions): SimulatedRun =>
  new SimulatedRun(manifest, options).finish();
