export type * from './model/kubernetes.js';
export type * from './model/common.js';
export type * from './model/artifact.js';
export type * from './model/template.js';
export type * from './model/workflow.js';
