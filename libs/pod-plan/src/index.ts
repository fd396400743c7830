export { planPod } from './plan/plan-pod.js';
export type { PodPlanContext, SupervisorSource } from './plan/context.js';
export type { ImageAnswer, ImageCommand, ImageQuestion } from './plan/image-command.js';
export { PodPlanError } from './plan/plan-error.js';
export { ANNOTATIONS, FINALIZERS, LABELS, MAIN_CONTAINER } from './plan/labels.js';
export { isHeld, observePod, overflowOf } from './observe/observe-pod.js';
export { isArgoPod } from './observe/argo-pod.js';
export type { FromElsewhere } from './observe/observe-pod.js';
