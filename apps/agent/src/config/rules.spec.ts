import { describe, expect, it } from '@jest/globals';
import { agentConfig } from './agent.config.js';
import { rulesOf } from './rules.js';
import { missingAlgorithm } from '@argosy/workflow-controller';

const configOf = (environment: Record<string, string>) =>
  agentConfig.safeParse({
    ARGOSY_CONTROL_PLANE_URL: 'http://localhost',
    ARGOSY_AGENT_DATA_DIR: '/data',
    ...environment,
  });
function given(environment: Record<string, string>) {
  const { data, error } = configOf(environment);
  if (!data) throw error;
  return rulesOf(data);
}
const refused = (environment: Record<string, string>): string[] =>
  (configOf(environment).error?.issues ?? []).map(({ path, message }) => `${path.join('.')} ${message}`);

describe('the rules for workflows', () => {
  it('are none when nothing is said', () => {
    expect(given({})).toEqual({ rules: {} });
  });

  it('are read from YAML and lists', () => {
    const options = given({
      ARGOSY_WORKFLOW_DEFAULTS: 'metadata: {labels: {team: a}}\nspec:\n  ttlStrategy: {secondsAfterCompletion: 60}\n',
      ARGOSY_ARTIFACT_REPOSITORY: '{"s3": {"bucket": "b"}}',
      ARGOSY_TEMPLATE_REFERENCING: 'Strict',
      ARGOSY_EXPRESSION_TEMPLATES: '0',
      ARGOSY_OVERRIDABLE_FIELDS: 'podSpecPatch, volumes',
      ARGOSY_FAILED_POD_RESTART: '1',
      ARGOSY_FAILED_POD_MAX_RESTARTS: '5',
      ARGOSY_OWN_NAMESPACE: 'argosy',
    });
    expect(options).toEqual({
      rules: {
        workflowDefaults: {
          metadata: { labels: { team: 'a' } },
          spec: { ttlStrategy: { secondsAfterCompletion: 60 } },
        },
        artifactRepository: { s3: { bucket: 'b' } },
        failedPodRestart: { enabled: true, maxRestarts: 5 },
        templateReferencing: 'Strict',
        expressionTemplates: false,
        overridableFields: ['podSpecPatch', 'volumes'],
      },
      ownNamespace: 'argosy',
    });
  });

  it('let nodes be compressed as it is possible here', () => {
    expect(configOf({ ARGOSY_COMPRESSION_ALGORITHM: 'brotli', ARGOSY_COMPRESSION_LEVEL: '0' }).success).toBe(true);
    expect(refused({ ARGOSY_COMPRESSION_ALGORITHM: 'lzma' })).toHaveLength(1);
    expect(refused({ ARGOSY_COMPRESSION_LEVEL: '10' })).toEqual([
      'ARGOSY_COMPRESSION_LEVEL must be 1 to 9 for gzip, 1 to 4 for zstd, 0 to 11 for brotli',
    ]);
    const missing = missingAlgorithm('zstd');
    const expected = missing === undefined ? [] : ['ARGOSY_COMPRESSION_ALGORITHM zstd needs Node 22.15 or newer'];
    expect(refused({ ARGOSY_COMPRESSION_ALGORITHM: 'zstd' })).toEqual(expected);
  });

  it('say what is wrong with them', () => {
    expect(refused({ ARGOSY_WORKFLOW_DEFAULTS: 'just text' })).toEqual([
      'ARGOSY_WORKFLOW_DEFAULTS must be a map in YAML or JSON',
    ]);
    expect(refused({ ARGOSY_WORKFLOW_DEFAULTS: 'spec: {' })[0]).toContain('must be YAML or JSON');
    expect(refused({ ARGOSY_WORKFLOW_DEFAULTS: 'spec: {paralelism: 2}' })).toEqual([
      'ARGOSY_WORKFLOW_DEFAULTS spec.paralelism: unknown key "paralelism"',
    ]);
    expect(refused({ ARGOSY_WORKFLOW_DEFAULTS: 'parallelism: 2' })).toEqual([
      'ARGOSY_WORKFLOW_DEFAULTS has metadata and spec, and not parallelism',
    ]);
    expect(refused({ ARGOSY_ARTIFACT_REPOSITORY: 's4: {}' })[0]).toContain('and not s4');
    expect(refused({ ARGOSY_TEMPLATE_REFERENCING: 'strict' })).toHaveLength(1);
  });
});
