import type { WorkflowDefaults } from '@argosy/workflow-engine';
import { hasErrors, lintManifests, yamlValue } from '@argosy/workflow-spec';
import type { ArtifactRepository } from '@argosy/workflow-spec';
import { z } from 'zod';

/** A setting that is a map, written as YAML or JSON. */
const yamlMap = () =>
  z.string().transform((text, context): Record<string, unknown> => {
    try {
      const found = yamlValue(text);
      if (typeof found === 'object' && found !== null && !Array.isArray(found)) return found as Record<string, unknown>;
      context.addIssue('must be a map in YAML or JSON');
    } catch (error) {
      context.addIssue(`must be YAML or JSON: ${(error as Error).message.split('\n')[0]}`);
    }
    return z.NEVER;
  });

/** What lies under every workflow; checked like a template, so that a misspelt field does not go unnoticed. */
export const workflowDefaults = () =>
  yamlMap().transform(({ metadata, spec, ...others }, context): WorkflowDefaults => {
    const [other] = Object.keys(others);
    if (other !== undefined) context.addIssue(`has metadata and spec, and not ${other}`);
    const template = {
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'WorkflowTemplate',
      metadata: { ...(metadata as object), name: 'workflow-defaults' },
      spec: spec ?? {},
    };
    const { problems } = lintManifests(JSON.stringify(template));
    if (hasErrors(problems))
      for (const { severity, path, message } of problems)
        if (severity === 'error') context.addIssue(path ? `${path}: ${message}` : message);
    return { ...(metadata !== undefined && { metadata }), ...(spec !== undefined && { spec }) } as WorkflowDefaults;
  });

const REPOSITORIES = ['archiveLogs', 's3', 'artifactory', 'hdfs', 'oss', 'gcs', 'azure', 'plugin'];

/** Where artifacts go when nobody says otherwise. */
export const artifactRepository = () =>
  yamlMap().transform((found, context): ArtifactRepository => {
    const unknown = Object.keys(found).filter((key) => !REPOSITORIES.includes(key));
    if (unknown.length > 0) context.addIssue(`has ${REPOSITORIES.join(', ')}, and not ${unknown.join(', ')}`);
    return found;
  });

const words = z.array(z.string()).default([]);
const images = z.record(z.string(), z.strictObject({ entrypoint: words, cmd: words }));

/** What images run, by the image as templates write it. */
export const imageCommands = () =>
  yamlMap().transform((found, context) => {
    const { data, error } = images.safeParse(found);
    for (const { path, message } of error?.issues ?? []) context.addIssue(`${path.join('.')}: ${message}`);
    return data ?? z.NEVER;
  });
