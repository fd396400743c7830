export type SiblingKind = 'steps' | 'tasks';

/**
 * Names of the siblings that a text mentions (`steps.A.…`, `steps['A']…`). Building only their variables keeps the cost
 * of a step proportional to what it says and not to how many steps came before it.
 */
export function siblingsIn(text: string, kind: SiblingKind): Set<string> {
  const names = new Set<string>();
  for (const [, dotted, bracketed] of text.matchAll(PATTERNS[kind])) {
    const name = dotted ?? bracketed;
    if (name !== undefined) names.add(name);
  }
  return names;
}

/** Names whose `outputs.result` is read somewhere in the text; only their stdout is captured. */
export function resultReferences(text: string, kind: SiblingKind): ReadonlySet<string> {
  const names = new Set<string>();
  for (const [, dotted, bracketed] of text.matchAll(RESULT_PATTERNS[kind])) {
    const name = dotted ?? bracketed;
    if (name !== undefined) names.add(name);
  }
  return names;
}

// Texts are JSON, so a double quote in them has a backslash before it.
const NAME = String.raw`(?:\.([A-Za-z0-9_-]+)|\[\\?['"]([^'"\\\]]+)\\?['"]\])`;
const PATTERNS = {
  steps: new RegExp(`steps${NAME}`, 'g'),
  tasks: new RegExp(`tasks${NAME}`, 'g'),
};
const RESULT = String.raw`\.outputs(?:\.|\[\\?['"])result`;
const RESULT_PATTERNS = {
  steps: new RegExp(`steps${NAME}${RESULT}`, 'g'),
  tasks: new RegExp(`tasks${NAME}${RESULT}`, 'g'),
};
