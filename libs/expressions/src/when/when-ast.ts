import type { RE2JS } from 're2js';

export type WhenBinaryOperator =
  | '=='
  | '!='
  | '<'
  | '<='
  | '>'
  | '>='
  | '=~'
  | '!~'
  | 'in'
  | '&&'
  | '||'
  | '+'
  | '-'
  | '*'
  | '/'
  | '%'
  | '**'
  | '&'
  | '|'
  | '^'
  | '<<'
  | '>>'
  | '?'
  | ':'
  | '??'
  | ',';
export type WhenPrefixOperator = '-' | '!' | '~';

export type WhenNode =
  | {
      readonly type: 'literal';
      readonly value: string | number | boolean;
      readonly offset: number;
      readonly length: number;
    }
  | {
      readonly type: 'pattern';
      readonly value: string;
      readonly pattern: RE2JS;
      readonly offset: number;
      readonly length: number;
    }
  | { readonly type: 'accessor'; readonly name: string; readonly offset: number; readonly length: number }
  | {
      readonly type: 'prefix';
      readonly operator: WhenPrefixOperator;
      readonly operand: WhenNode;
      readonly offset: number;
      readonly length: number;
    }
  | {
      readonly type: 'binary';
      readonly operator: WhenBinaryOperator;
      readonly left: WhenNode;
      readonly right: WhenNode;
      /** Of the operator sign. */
      readonly offset: number;
      readonly length: number;
    };
