/**
 * The Kubernetes core types that Argo's API embeds, under the names Kubernetes uses.
 * One place to import them from, so that a change of the typings package touches one file.
 */
export type {
  Affinity,
  ConfigMapKeySelector,
  Container,
  ContainerPort,
  EnvFromSource,
  EnvVar,
  HostAlias,
  LocalObjectReference,
  PersistentVolumeClaim,
  PodDNSConfig,
  PodSecurityContext,
  PodSpec,
  PodStatus,
  Pod,
  Probe,
  ResourceRequirements,
  SecretKeySelector,
  SecurityContext,
  Toleration,
  Volume,
  VolumeMount,
} from 'kubernetes-types/core/v1.js';
export type { PodDisruptionBudgetSpec } from 'kubernetes-types/policy/v1.js';
export type { LabelSelector, ObjectMeta, OwnerReference } from 'kubernetes-types/meta/v1.js';
