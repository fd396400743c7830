import { ExpressionError } from '../expression-error.js';
import { inspectExpression } from '../expr/evaluate.js';
import { pathsIn } from '../expr/names.js';
import { compileExpression } from '../expr/evaluate.js';
import type { JsonValue } from '../json.js';
import type { VariableScope } from '../scope/variable-scope.js';
import { suggest } from '../suggestion.js';
import { leaveUnresolved } from './substitution.js';
import type { Substitution, SubstitutionOptions, SubstitutionState } from './substitution.js';
import { bodyStart, parseTemplate } from './tag-scanner.js';
import type { Tag, TemplatePart } from './tag-scanner.js';

/** Replaces the tags in a text. @throws ExpressionError for a broken expression, or a tag that must be resolvable and is not */
export function substitute(text: string, scope: VariableScope, options: SubstitutionOptions = {}): Substitution {
  const state: SubstitutionState = { scope, options, used: new Set(), unresolved: [], evaluations: 0 };
  return { text: replaceIn(text, state), used: state.used, unresolved: state.unresolved };
}

export interface TemplateSubstitution<T> {
  readonly value: T;
  readonly used: ReadonlySet<string>;
  readonly unresolved: Substitution['unresolved'];
}

/**
 * Replaces the tags in every text of a document, names of members included. The outcome is that of Argo, which replaces in
 * the document's JSON text with escaped values; no value can break out of the text it stands in.
 */
export function substituteTemplate<T>(
  value: T,
  scope: VariableScope,
  options: SubstitutionOptions = {},
): TemplateSubstitution<T> {
  const state: SubstitutionState = { scope, options, used: new Set(), unresolved: [], evaluations: 0 };
  return { value: walk(value, state) as T, used: state.used, unresolved: state.unresolved };
}

function walk(value: unknown, state: SubstitutionState): unknown {
  if (typeof value === 'string') return value.includes('{{') ? replaceIn(value, state) : value;
  if (Array.isArray(value)) return value.map((member) => walk(member, state));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name.includes('{{') ? replaceIn(name, state) : name,
      walk(member, state),
    ]),
  );
}

function replaceIn(text: string, state: SubstitutionState): string {
  const { cache } = state.options;
  const parts = cache === undefined ? parseTemplate(text) : cache.compiled('template', text, () => parseTemplate(text));
  return assemble(parts, text, state);
}

function assemble(parts: readonly TemplatePart[], text: string, state: SubstitutionState): string {
  return parts.map((part) => (typeof part === 'string' ? part : replaceTag(part, text, state))).join('');
}

function replaceTag(tag: Tag, text: string, state: SubstitutionState): string {
  const body = assemble(tag.parts, text, state);
  // What an inner tag left unresolved keeps the outer one as it is, inner replacements included.
  const verbatim = tag.kind === 'simple' ? `{{${body}}}` : `{{=${body}}}`;
  const result = tag.kind === 'simple' ? simpleValue(tag, body, state) : expressionValue(tag, body, state);
  return result ?? verbatim;
}

function simpleValue(tag: Tag, body: string, state: SubstitutionState): string | undefined {
  const name = body.trim();
  const value = state.scope.get(name);
  if (value !== undefined && value !== null) {
    state.used.add(name);
    return render(value);
  }
  const hint = suggest(name, state.scope.names());
  leaveUnresolved(state, {
    kind: 'simple',
    text: name,
    start: tag.start,
    end: tag.end,
    names: [name],
    reason: new ExpressionError(`failed to resolve {{${name}}}`, tag.start, tag.end - tag.start, hint),
  });
  return undefined;
}

function expressionValue(tag: Tag, body: string, state: SubstitutionState): string | undefined {
  const { options, scope } = state;
  if (options.expressions === false) return undefined;
  const source = body.trim();
  const start = bodyStart(tag);
  const leave = (names: readonly string[], reason: ExpressionError): undefined => {
    leaveUnresolved(state, {
      kind: 'expression',
      text: source,
      start: tag.start,
      end: tag.end,
      names,
      reason: reason.shifted(start),
    });
  };
  const late = mentionedTooEarly(source, state);
  if (late.length > 0) return leave(late, new ExpressionError(`${late[0]} is not known yet`));
  const { value, used, missing, error } = inspectExpression(source, scope, {
    ...options,
    // Each tag draws its own random values.
    ...(options.seed !== undefined && { seed: `${options.seed} ${state.evaluations++}` }),
  });
  for (const name of used) state.used.add(name);
  if (error && missing.size === 0) return fail(state, error.shifted(start));
  if (error || (value === null && missing.size > 0))
    return leave(
      [...missing],
      error ?? new ExpressionError(`failed to evaluate expression: ${[...missing].join(', ')} is not available`),
    );
  if (value === null)
    return fail(
      state,
      new ExpressionError(
        'failed to evaluate expression: it evaluated to nil',
        tag.start,
        tag.end - tag.start,
        'give it a default with ??',
      ),
    );
  return render(value);
}

function fail({ options }: SubstitutionState, error: ExpressionError): undefined {
  if (!options.onFailure) throw error;
  options.onFailure(error);
}

/** Names that get their value later and that the expression mentions before they have one. */
function mentionedTooEarly(source: string, { options, scope }: SubstitutionState): string[] {
  const { lateBound = [], cache } = options;
  if (lateBound.length === 0) return [];
  const paths = pathsIn(compileExpression(source, cache));
  return lateBound.filter(
    (name) =>
      !scope.has(name) && paths.some((path) => path === name || path.startsWith(`${name}.`)) && !hasBelow(scope, name),
  );
}

/** `item` as a map is in scope as `item.key` only. */
const hasBelow = (scope: VariableScope, name: string): boolean => scope.tree.has(name);

/** Text as it is; everything else as JSON. */
const render = (value: JsonValue): string => (typeof value === 'string' ? value : JSON.stringify(value));
