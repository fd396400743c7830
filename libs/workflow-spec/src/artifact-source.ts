import type { Artifact, ArtifactLocation } from './model/artifact.js';

const ARTIFACT_DRIVERS = [
  's3',
  'git',
  'http',
  'artifactory',
  'hdfs',
  'raw',
  'oss',
  'gcs',
  'azure',
  'plugin',
] as const satisfies readonly (keyof ArtifactLocation)[];

export const driversOf = (location: ArtifactLocation): (typeof ARTIFACT_DRIVERS)[number][] =>
  ARTIFACT_DRIVERS.filter((driver) => location[driver] !== undefined);
/** Whether it is said where the artifact comes from. */
export const hasSource = (artifact: Artifact): boolean =>
  artifact.from !== undefined || artifact.fromExpression !== undefined || driversOf(artifact).length > 0;
