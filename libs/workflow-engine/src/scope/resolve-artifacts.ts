import type { Artifact } from '@argosy/workflow-spec';
import type { VariableScope } from '@argosy/expressions';
import type { Artifacts } from './node-variables.js';
import { evaluate } from './tags.js';

/**
 * Artifacts of an argument list with `from` followed to where the artifact lies. An optional one that does not exist is
 * left out.
 * @throws when a needed one does not exist
 */
export function resolveArtifacts(
  artifacts: readonly Artifact[] | undefined,
  known: Artifacts,
  scope: VariableScope,
): Artifact[] {
  return (artifacts ?? []).flatMap((artifact) => {
    if (!artifact.from && !artifact.fromExpression) return [artifact];
    const found = find(artifact, known, scope);
    if (!found) {
      if (artifact.optional) return [];
      throw new Error(
        `unable to resolve references: ${artifact.from ?? artifact.fromExpression} could not be resolved`,
      );
    }
    const { name: _name, path: _path, globalName: _globalName, ...location } = found;
    const resolved: Artifact = { ...location, name: artifact.name };
    if (artifact.subPath) resolved.subPath = artifact.subPath;
    if (artifact.optional) resolved.optional = true;
    return [resolved];
  });
}

/** What an optional one is taken from may not be there at all, and an expression about it then fails. */
function find(artifact: Artifact, known: Artifacts, scope: VariableScope): Artifact | undefined {
  if (artifact.from) return byTag(artifact.from, known);
  try {
    return byExpression(artifact.fromExpression ?? '', known, scope);
  } catch (error) {
    if (artifact.optional) return undefined;
    throw error;
  }
}

function byTag(from: string, known: Artifacts): Artifact | undefined {
  const name = /^\s*\{\{\s*(.*?)\s*\}\}\s*$/.exec(from)?.[1] ?? from.trim();
  return known.get(name);
}

function byExpression(expression: string, known: Artifacts, scope: VariableScope): Artifact | undefined {
  const entries = [...known].map(([name, artifact]) => [name, artifact as object as JsonObject] as const);
  const value = evaluate(expression, scope.extend(entries));
  return typeof value === 'object' && value !== null && 'name' in value ? (value as object as Artifact) : undefined;
}

type JsonObject = Record<string, never>;
