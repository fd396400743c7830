export type { KubeUnderTest } from './kube-contract.js';
export { kubeContract } from './kube-contract.js';
