export * from './port/resource.js';
export * from './port/errors.js';
export * from './port/kube-api.js';
