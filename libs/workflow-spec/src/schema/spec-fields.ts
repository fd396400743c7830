import { definitions } from '../generated/schema.js';

/** Names of the fields that the spec of a workflow can have. */
export const WORKFLOW_SPEC_FIELDS: readonly string[] = Object.keys(definitions.WorkflowSpec?.properties ?? {});
