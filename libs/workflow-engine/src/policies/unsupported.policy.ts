import type { ScreeningPolicy } from './policy.js';

/** Better an error than a lock that is not held or a daemon that is waited for. */
export const unsupportedFeatures: ScreeningPolicy = (_run, template) => {
  if (template.daemon === true) return 'daemon templates are not supported yet';
  if (template.synchronization !== undefined) return 'template-level synchronization is not supported yet';
  return null;
};
