import type { ExprNode, PredicateNode } from './ast.js';
import { pathOf } from './evaluator.js';

/** Every dotted name an expression mentions, the longest chains of constant names. */
export function pathsIn(node: ExprNode | PredicateNode): string[] {
  if (node.type === 'name' || node.type === 'member') {
    const path = pathOf(node);
    if (path !== undefined) return [path];
  }
  return childrenOf(node).flatMap(pathsIn);
}

function childrenOf(node: ExprNode | PredicateNode): (ExprNode | PredicateNode)[] {
  switch (node.type) {
    case 'literal':
    case 'name':
    case 'pointer':
      return [];
    case 'member':
      return [node.object, node.key];
    case 'slice':
      return [node.object, node.from, node.to].filter((child) => child !== null);
    case 'call':
      return [node.callee, ...node.args];
    case 'unary':
      return [node.operand];
    case 'binary':
      return [node.left, node.right];
    case 'conditional':
      return [node.condition, node.then, node.otherwise];
    case 'list':
    case 'sequence':
      return [...node.members];
    case 'map':
      return node.entries.flat();
    case 'let':
      return [node.value, node.body];
    case 'predicate':
      return [node.body];
  }
}
