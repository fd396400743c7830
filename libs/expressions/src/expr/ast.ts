interface Positioned {
  readonly offset: number;
  readonly length: number;
}
export interface Predicate extends Positioned {
  readonly body: ExprNode;
}
export type ExprNode = Positioned &
  (
    | { readonly type: 'literal'; readonly value: null | boolean | number | string }
    | { readonly type: 'name'; readonly name: string }
    /** The member a predicate looks at: `#`, or its field `.x`; `#index`, `#acc`. */
    | { readonly type: 'pointer'; readonly name: '' | 'index' | 'acc' }
    | { readonly type: 'member'; readonly object: ExprNode; readonly key: ExprNode; readonly optional: boolean }
    | {
        readonly type: 'slice';
        readonly object: ExprNode;
        readonly from: ExprNode | null;
        readonly to: ExprNode | null;
      }
    | {
        readonly type: 'call';
        readonly callee: ExprNode;
        readonly args: readonly (ExprNode | (Predicate & { readonly type: 'predicate' }))[];
      }
    | { readonly type: 'unary'; readonly operator: string; readonly operand: ExprNode }
    | { readonly type: 'binary'; readonly operator: string; readonly left: ExprNode; readonly right: ExprNode }
    | {
        readonly type: 'conditional';
        readonly condition: ExprNode;
        readonly then: ExprNode;
        readonly otherwise: ExprNode;
      }
    | { readonly type: 'list'; readonly members: readonly ExprNode[] }
    | { readonly type: 'map'; readonly entries: readonly (readonly [ExprNode, ExprNode])[] }
    | { readonly type: 'let'; readonly name: string; readonly value: ExprNode; readonly body: ExprNode }
    | { readonly type: 'sequence'; readonly members: readonly ExprNode[] }
  );
export type PredicateNode = Predicate & { readonly type: 'predicate' };
