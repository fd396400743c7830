import type { ConfigMapKeySelector } from './kubernetes.js';

/**
 * A value that YAML may spell as a string, a number or a boolean and that Argo keeps as a string.
 * Parsing turns it into a string (numbers without exponent), so code behind the parser sees strings.
 */
export type AnyString = string | number | boolean;

/** A number, or a string that holds one or a template tag that becomes one. */
export type IntOrString = number | string;

/** Any JSON value; what `withItems` may hold. */
export type Item = unknown;

/** RFC 3339 instant, second precision, as Kubernetes writes it. */
export type Time = string;

export interface SuppliedValueFrom {}

export interface ValueFrom {
  path?: string;
  jsonPath?: string;
  jqFilter?: string;
  event?: string;
  parameter?: string;
  supplied?: SuppliedValueFrom;
  configMapKeyRef?: ConfigMapKeySelector;
  default?: AnyString;
  expression?: string;
}

export interface Parameter {
  name: string;
  default?: AnyString;
  value?: AnyString;
  valueFrom?: ValueFrom;
  globalName?: string;
  enum?: AnyString[];
  description?: AnyString;
}

export interface Metadata {
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
}
