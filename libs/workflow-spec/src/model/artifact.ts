import type { SecretKeySelector } from './kubernetes.js';
import type { Metadata } from './common.js';

export interface S3EncryptionOptions {
  kmsKeyId?: string;
  kmsEncryptionContext?: string;
  enableEncryption?: boolean;
  serverSideCustomerKeySecret?: SecretKeySelector;
}
export interface CreateS3BucketOptions {
  objectLocking?: boolean;
}
export interface S3Bucket {
  endpoint?: string;
  bucket?: string;
  region?: string;
  insecure?: boolean;
  accessKeySecret?: SecretKeySelector;
  secretKeySecret?: SecretKeySelector;
  sessionTokenSecret?: SecretKeySelector;
  roleARN?: string;
  useSDKCreds?: boolean;
  createBucketIfNotPresent?: CreateS3BucketOptions;
  encryptionOptions?: S3EncryptionOptions;
  caSecret?: SecretKeySelector;
  addressingStyle?: '' | 'path' | 'virtual-hosted';
}
export interface S3Artifact extends S3Bucket {
  key?: string;
}
export interface GitArtifact {
  repo: string;
  revision?: string;
  depth?: number;
  fetch?: string[];
  usernameSecret?: SecretKeySelector;
  passwordSecret?: SecretKeySelector;
  sshPrivateKeySecret?: SecretKeySelector;
  insecureIgnoreHostKey?: boolean;
  disableSubmodules?: boolean;
  singleBranch?: boolean;
  branch?: string;
  insecureSkipTLS?: boolean;
}
export interface Header {
  name: string;
  value: string;
}
export interface OAuth2EndpointParam {
  key: string;
  value?: string;
}
export interface OAuth2Auth {
  clientIDSecret?: SecretKeySelector;
  clientSecretSecret?: SecretKeySelector;
  tokenURLSecret?: SecretKeySelector;
  scopes?: string[];
  endpointParams?: OAuth2EndpointParam[];
}
export interface BasicAuth {
  usernameSecret?: SecretKeySelector;
  passwordSecret?: SecretKeySelector;
}
export interface ClientCertAuth {
  clientCertSecret?: SecretKeySelector;
  clientKeySecret?: SecretKeySelector;
}
export interface HTTPAuth {
  clientCert?: ClientCertAuth;
  oauth2?: OAuth2Auth;
  basicAuth?: BasicAuth;
}
export interface HTTPArtifact {
  url: string;
  headers?: Header[];
  auth?: HTTPAuth;
  saveStreamViaFile?: boolean;
}
export interface ArtifactoryArtifact {
  url: string;
  usernameSecret?: SecretKeySelector;
  passwordSecret?: SecretKeySelector;
}
export interface HDFSArtifact {
  addresses?: string[];
  hdfsUser?: string;
  dataTransferProtection?: string;
  krbCCacheSecret?: SecretKeySelector;
  krbKeytabSecret?: SecretKeySelector;
  krbUsername?: string;
  krbRealm?: string;
  krbConfigConfigMap?: SecretKeySelector;
  krbServicePrincipalName?: string;
  path: string;
  force?: boolean;
}
export interface RawArtifact {
  data: string;
}
export interface OSSLifecycleRule {
  markInfrequentAccessAfterDays?: number;
  markDeletionAfterDays?: number;
}
export interface OSSBucket {
  endpoint?: string;
  bucket?: string;
  accessKeySecret?: SecretKeySelector;
  secretKeySecret?: SecretKeySelector;
  createBucketIfNotPresent?: boolean;
  securityToken?: string;
  lifecycleRule?: OSSLifecycleRule;
  useSDKCreds?: boolean;
}
export interface OSSArtifact extends OSSBucket {
  key: string;
}
export interface GCSBucket {
  bucket?: string;
  serviceAccountKeySecret?: SecretKeySelector;
}
export interface GCSArtifact extends GCSBucket {
  key: string;
}
export interface AzureBlobContainer {
  endpoint?: string;
  container?: string;
  accountKeySecret?: SecretKeySelector;
  useSDKCreds?: boolean;
}
export interface AzureArtifact extends AzureBlobContainer {
  blob: string;
}
export interface PluginArtifact {
  name: string;
  configuration?: string;
  connectionTimeoutSeconds?: number;
  key?: string;
}

/** Where an artifact lives; at most one of the drivers is set. */
export interface ArtifactLocation {
  archiveLogs?: boolean;
  s3?: S3Artifact;
  git?: GitArtifact;
  http?: HTTPArtifact;
  artifactory?: ArtifactoryArtifact;
  hdfs?: HDFSArtifact;
  raw?: RawArtifact;
  oss?: OSSArtifact;
  gcs?: GCSArtifact;
  azure?: AzureArtifact;
  plugin?: PluginArtifact;
}
export interface NoneStrategy {}
export interface TarStrategy {
  compressionLevel?: number;
}
export interface ZipStrategy {}
export interface ArchiveStrategy {
  none?: NoneStrategy;
  tar?: TarStrategy;
  zip?: ZipStrategy;
}
export type ArtifactGCStrategy = '' | 'OnWorkflowCompletion' | 'OnWorkflowDeletion' | 'Never';
export interface ArtifactGC {
  strategy?: ArtifactGCStrategy;
  podMetadata?: Metadata;
  serviceAccountName?: string;
}
interface UnnamedArtifact extends ArtifactLocation {
  path?: string;
  mode?: number;
  from?: string;
  fromExpression?: string;
  archive?: ArchiveStrategy;
  optional?: boolean;
  subPath?: string;
  recurseMode?: boolean;
  globalName?: string;
  artifactGC?: ArtifactGC;
  deleted?: boolean;
}
export interface Artifact extends UnnamedArtifact {
  name: string;
}
export interface ArtifactPaths extends UnnamedArtifact {
  name?: string;
}
/** Where artifacts go whose location names only a key, or nothing; from the controller's configuration or a ConfigMap. */
export interface ArtifactRepository {
  archiveLogs?: boolean;
  s3?: S3Bucket & { keyFormat?: string; keyPrefix?: string };
  artifactory?: Omit<ArtifactoryArtifact, 'url'> & { repoURL?: string; keyFormat?: string };
  hdfs?: Omit<HDFSArtifact, 'path' | 'force'> & { pathFormat?: string; force?: boolean };
  oss?: OSSBucket & { keyFormat?: string };
  gcs?: GCSBucket & { keyFormat?: string };
  azure?: AzureBlobContainer & { blobNameFormat?: string };
  plugin?: Omit<PluginArtifact, 'key'> & { keyFormat?: string };
}
export interface ArtifactRepositoryRef {
  configMap?: string;
  key?: string;
}
