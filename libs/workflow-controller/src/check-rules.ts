import type { ControllerRules } from '@argosy/workflow-engine';
import { WORKFLOW_SPEC_FIELDS } from '@argosy/workflow-spec';

/** A misspelt field would leave the one that was meant closed without a word. @throws when there is no such field */
export function checkRules({ overridableFields = [] }: ControllerRules): void {
  const unknown = overridableFields.filter((field) => !WORKFLOW_SPEC_FIELDS.includes(field));
  if (unknown.length > 0)
    throw new Error(
      `overridableFields: ${unknown.map((field) => `"${field}"`).join(', ')} is no field of a workflow's spec`,
    );
}
