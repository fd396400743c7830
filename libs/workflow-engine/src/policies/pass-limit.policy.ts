import type { AdmissionPolicy } from './policy.js';

/** One pass starts only so many nodes, so that a huge fan-out does not keep the shell from its other runs. */
export const passLimit: AdmissionPolicy = (run) => run.newNodes < (run.scope.maxNewNodes ?? Infinity);
