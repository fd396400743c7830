import type { Workflow } from '@argosy/workflow-spec';
import type { SimulationOptions } from './simulated-run.js';
import { SimulatedRun } from './simulated-run.js';

export { ManifestError } from './manifests.js';
export { errors, evicted, fails, hangs, succeeds, vanishes } from './outcome.js';
export type { ContainerEnd, Failure, Outputs } from './outcome.js';
export { responds, verdict } from './response.js';
export type { Response, SimulatedRequest, Verdict } from './response.js';
export { attempts } from './script.js';
export type { Attempts, Behaviour, Scripts } from './script.js';
export { SimulatedCluster } from './simulated-cluster.js';
export type { ClusterOptions, ConfigMaps } from './simulated-cluster.js';
export { RequestRefused, SimulatedRun } from './simulated-run.js';
export type { PodScripts, RequestScripts, SimulationOptions } from './simulated-run.js';
export type { SimulatedNode, SimulatedValues } from './simulated-node.js';

/** A run at its first moment; `finish`, `at` and `after` let time pass. @throws ManifestError */
export const start = (manifest: string | Workflow, options?: SimulationOptions): SimulatedRun =>
  new SimulatedRun(manifest, options).at(0);

/** A run as far as it goes by itself: to its end, or until it waits for somebody. @throws ManifestError */
export const simulate = (manifest: string | Workflow, options?: SimulationOptions): SimulatedRun =>
  new SimulatedRun(manifest, options).finish();
