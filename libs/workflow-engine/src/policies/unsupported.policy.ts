import type { ScreeningPolicy } from './policy.js';

/** Better an error than a lock that is not held. */
export const unsupportedFeatures: ScreeningPolicy = (_run, template) => {
  if (template.synchronization !== undefined) return 'template-level synchronization is not supported yet';
  return null;
};
