import type { TemplateLibrary } from '@argosy/workflow-spec';
import type { World } from '../model/observation.js';

/** The templates that the world knows, as they are now. */
export const libraryOf = (world: World): TemplateLibrary => ({
  find: (name, clusterScope) => (clusterScope ? world.clusterWorkflowTemplate?.(name) : world.workflowTemplate?.(name)),
  names: () => [],
});
