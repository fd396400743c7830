import { GraphQLError, Kind } from 'graphql';
import type { ASTVisitor, FragmentDefinitionNode, SelectionSetNode, ValidationContext, ValidationRule } from 'graphql';

/** Levels of fields; what the product's own programs ask for has at most eight. */
export const DEEPEST = 12;

/** Refuses operations that are nested deeper than anybody needs. Questions about the schema itself are not counted. */
export const depthLimit: ValidationRule = (context: ValidationContext): ASTVisitor => {
  const fragments = new Map<string, number>();
  const depthOfFragment = (fragment: FragmentDefinitionNode): number => {
    const { value: name } = fragment.name;
    const known = fragments.get(name);
    if (known !== undefined) return known;
    // Another rule refuses fragments that contain themselves; this one must only come to an end.
    fragments.set(name, 0);
    const depth = depthOf(fragment.selectionSet);
    fragments.set(name, depth);
    return depth;
  };
  const depthOf = (set: SelectionSetNode | undefined): number =>
    Math.max(
      0,
      ...(set?.selections ?? []).map((selection) => {
        if (selection.kind === Kind.FIELD)
          return selection.name.value.startsWith('__') ? 0 : 1 + depthOf(selection.selectionSet);
        if (selection.kind === Kind.INLINE_FRAGMENT) return depthOf(selection.selectionSet);
        const fragment = context.getFragment(selection.name.value);
        return fragment ? depthOfFragment(fragment) : 0;
      }),
    );
  return {
    OperationDefinition(operation) {
      const depth = depthOf(operation.selectionSet);
      if (depth <= DEEPEST) return;
      context.reportError(
        new GraphQLError(`The query is ${depth} levels deep; at most ${DEEPEST} are answered.`, {
          nodes: operation,
          extensions: { code: 'QUERY_TOO_DEEP' },
        }),
      );
    },
  };
};
