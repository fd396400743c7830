import type { Artifact, ArtifactLocation, ArtifactRepository } from './model/artifact.js';
import { driversOf } from './artifact-source.js';

/** Where artifacts go that say nothing of it. */
const DEFAULT_KEY = '{{workflow.name}}/{{pod.name}}';

/** Drivers that a repository can be of, and how their fields are called. */
const KEYED = {
  s3: { key: 'key', format: 'keyFormat', needed: ['endpoint', 'bucket', 'key'] },
  gcs: { key: 'key', format: 'keyFormat', needed: ['bucket', 'key'] },
  oss: { key: 'key', format: 'keyFormat', needed: ['endpoint', 'bucket', 'key'] },
  azure: { key: 'blob', format: 'blobNameFormat', needed: ['container', 'blob'] },
  hdfs: { key: 'path', format: 'pathFormat', needed: ['addresses'] },
  artifactory: { key: 'url', format: 'keyFormat', needed: ['url', 'usernameSecret'] },
  plugin: { key: 'key', format: 'keyFormat', needed: ['name', 'key'] },
} as const satisfies Record<
  Exclude<keyof ArtifactLocation & keyof ArtifactRepository, 'archiveLogs'>,
  { readonly key: string; readonly format: string; readonly needed: readonly string[] }
>;
type KeyedDriver = keyof typeof KEYED;
type Fields = Readonly<Record<string, unknown>>;

const isKeyed = (driver: string): driver is KeyedDriver => Object.hasOwn(KEYED, driver);
const isSet = (value: unknown): boolean =>
  value !== undefined && value !== '' && !(Array.isArray(value) && value.length === 0);
const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
const fieldsOf = (location: ArtifactLocation, driver: KeyedDriver): Fields => (location[driver] ?? {}) as Fields;

/** Whether the location says all that Argo needs to get there. */
export function isCompleteLocation(location: ArtifactLocation): boolean {
  const [driver] = driversOf(location);
  if (driver === undefined) return false;
  if (!isKeyed(driver)) return true;
  const fields = fieldsOf(location, driver);
  return KEYED[driver].needed.every((field) => isSet(fields[field]));
}

/** The repository as a location, its key still with tags; undefined when it is of no driver. */
export function repositoryLocation(repository: ArtifactRepository): ArtifactLocation | undefined {
  const driver = (Object.keys(KEYED) as KeyedDriver[]).find((candidate) => repository[candidate] !== undefined);
  if (driver === undefined) return undefined;
  const { key, format } = KEYED[driver];
  const { [format]: given, keyPrefix, repoURL, ...fields } = repository[driver] as Fields;
  const inPrefix = textOf(keyPrefix) === '' ? DEFAULT_KEY : `${withoutSlash(keyPrefix)}/${DEFAULT_KEY}`;
  const path = textOf(given) || inPrefix;
  return { [driver]: { ...fields, [key]: driver === 'artifactory' ? `${withoutSlash(repoURL)}/${path}` : path } };
}

const withoutSlash = (text: unknown): string => textOf(text).replace(/\/+$/, '');

/** An artifact of which only the key is known, in the place that holds such artifacts. Complete ones stay where they are. */
export function relocated(artifact: Artifact, base: ArtifactLocation): Artifact {
  const [driver] = driversOf(artifact);
  const [target] = driversOf(base);
  if (driver === undefined || target === undefined || !isKeyed(driver) || !isKeyed(target)) return artifact;
  const path = pathIn(driver, fieldsOf(artifact, driver));
  if (path === '' || isCompleteLocation(artifact)) return artifact;
  const { [driver]: _keyOnly, ...rest } = artifact;
  const fields = fieldsOf(base, target);
  const key = target === 'artifactory' ? `${SERVER.exec(textOf(fields.url))?.[0] ?? ''}${path}` : path;
  return { ...rest, [target]: { ...fields, [KEYED[target].key]: key } };
}

const SERVER = /^[a-z]+:\/\/[^/]*\//i;

/** The key of Artifactory is the path of its URL. */
const pathIn = (driver: KeyedDriver, fields: Fields): string =>
  textOf(fields[KEYED[driver].key]).replace(driver === 'artifactory' ? SERVER : '', '');
