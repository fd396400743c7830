import type { TemplateLibrary } from './library/template-library.js';
import { templateLibrary } from './library/template-library.js';
import type { WorkflowTemplate } from './model/workflow.js';
import type { ParsedDocument, ParseOptions, ParseResult } from './parse/parse-manifests.js';
import { parseManifests } from './parse/parse-manifests.js';
import { byPosition } from './problem.js';
import { validateWorkflow } from './validate/validate-workflow.js';
import type { ValidationOptions } from './validate/validate-workflow.js';

/** Reads and validates in one go: everything that is wrong with a text, by position. */
export function lintManifests(text: string, options: ParseOptions & ValidationOptions = {}): ParseResult {
  const parsed = parseManifests(text, options);
  const found = parsed.documents.flatMap((document) => validateWorkflow(document, options));
  return { ...parsed, problems: [...parsed.problems, ...found].sort(byPosition) };
}

/** The templates among the documents, for references between files. */
export function libraryOf(documents: readonly ParsedDocument[]): TemplateLibrary {
  return templateLibrary(
    documents.flatMap((document): WorkflowTemplate[] =>
      document.kind === 'WorkflowTemplate' || document.kind === 'ClusterWorkflowTemplate' ? [document.value] : [],
    ),
  );
}
