import { failFast } from './fail-fast.policy.js';
import { passLimit } from './pass-limit.policy.js';
import { refuseAfterDeadline } from './deadline.policy.js';
import { refuseOnShutdown } from './shutdown.policy.js';
import { suspension } from './suspension.policy.js';
import { templateParallelism, workflowParallelism } from './parallelism.policy.js';
import type { AdmissionPolicy, RefusalPolicy } from './policy.js';

/*
 * The order in which rules apply to a template call. It is the compatibility contract:
 *
 *   1. `when` of the call (the group or DAG that makes it asks, before anything exists)
 *   2. admission: may a node be made now? The first that says no holds the call back; it is asked again later
 *   3. template and inputs are resolved; what fails here makes the node Error
 *   4. locks: a call that wants some waits with a node of its own, for as long as 2 or the others' turn says
 *   5. memory: what a cache remembers of the call ends it at once
 *   6. retry wraps the call; its attempts come through 2 and 7, not through 1
 *   7. refusal: a pod that must not start any more ends as Failed at once
 *   8. the handler of the template's kind
 *   9. outputs that a cache is to remember are in it before the node ends
 *  10. hooks run beside and after the node, then its owner hears of the end
 */
export const ADMISSION_ORDER: readonly AdmissionPolicy[] = [
  passLimit,
  suspension,
  workflowParallelism,
  failFast,
  templateParallelism,
];

export const REFUSAL_ORDER: readonly RefusalPolicy[] = [refuseOnShutdown, refuseAfterDeadline];
