export type { KubeErrorCode } from './port/errors.js';
export { isKubeError, KubeError } from './port/errors.js';
export type {
  DeleteOptions,
  KubeApi,
  ListOptions,
  LogOptions,
  ObjectList,
  PatchType,
  Subresource,
  WatchEvent,
  WatchOptions,
} from './port/kube-api.js';
export type { KubeObject, ObjectRef, ResourceType } from './port/resource.js';
export { resources } from './port/resource.js';
export type { StatusBody } from './port/status.js';
export { fromStatus, toStatus } from './port/status.js';
export type { Clock } from './port/time.js';
export { kubeTime, sleep, systemClock } from './port/time.js';
export type { InMemoryKube, InMemoryKubeOptions, KubeIds, PodLogSource } from './memory/in-memory-kube.js';
export { createInMemoryKube } from './memory/in-memory-kube.js';
export type { JournalEntry, KubeJournal } from './memory/journal.js';
export type { Informer, InformerChange, InformerOptions } from './informer/informer.js';
export { createInformer } from './informer/informer.js';
export type { LeaseLock, LeaseLockOptions } from './informer/lease-lock.js';
export { createLeaseLock } from './informer/lease-lock.js';
