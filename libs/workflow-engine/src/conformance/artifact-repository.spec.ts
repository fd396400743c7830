import type { ArtifactRepository, Template, WorkflowSpec } from '@argosy/workflow-spec';
import type { EnsurePod } from '../model/command.js';
import { container, workflow, WorkflowSimulation } from '../testing/index.js';

const s3 = (bucket: string, more: object = {}): ArtifactRepository => ({ s3: { endpoint: 'e', bucket, ...more } });
const out = { name: 'out', path: '/out' };
const main = container('main', { outputs: { artifacts: [out] } });

function simulation(templates: Template[], spec: WorkflowSpec = {}) {
  const pods: EnsurePod[] = [];
  const run = new WorkflowSimulation(workflow(templates, spec), (pod) => {
    pods.push(pod);
    return {};
  });
  return { run, pods };
}

describe('the repository of a run’s artifacts', () => {
  it('is that of its namespace, and stays it', () => {
    const { run } = simulation([{ name: 'main', suspend: {} }]);
    run.rules = { artifactRepository: s3('fallback') };
    run.world.repositories.set('run/artifact-repositories', { default: s3('mine') });
    run.run();
    const recorded = {
      configMap: 'artifact-repositories',
      key: 'default',
      namespace: 'run',
      artifactRepository: s3('mine'),
    };
    expect(run.state.status.artifactRepositoryRef).toEqual(recorded);
    run.world.repositories.clear();
    run.restart();
    run.intent({ type: 'ResumeRun' });
    expect(run.run()).toBe('Succeeded');
    expect(run.state.status.artifactRepositoryRef).toEqual(recorded);
  });

  it('is the default of the controller where the namespace has none', () => {
    const { run } = simulation([main]);
    run.rules = { artifactRepository: s3('fallback') };
    run.world.repositories.set('controller/artifact-repositories', { default: s3('no') });
    run.run();
    expect(run.state.status.artifactRepositoryRef).toEqual({ default: true, artifactRepository: s3('fallback') });
    const bare = simulation([main]);
    expect(bare.run.run()).toBe('Succeeded');
    expect(bare.run.state.status).not.toHaveProperty('artifactRepositoryRef');
    expect(bare.pods[0]?.template).not.toHaveProperty('archiveLocation');
  });

  it('may be named, and then has to be there', () => {
    const named = (ref: WorkflowSpec['artifactRepositoryRef']) => {
      const { run } = simulation([main], ref && { artifactRepositoryRef: ref });
      run.world.repositories.set('run/mine', { a: s3('a') });
      run.world.repositories.set('controller/shared', { default: s3('shared') });
      run.run();
      const { namespace, key } = (run.state.status.artifactRepositoryRef ?? {}) as Record<string, string>;
      return run.state.status.phase === 'Error' ? run.message : `${namespace}#${key}`;
    };
    expect(named({ configMap: 'mine', key: 'a' })).toBe('run#a');
    expect(named({ configMap: 'shared' })).toBe('controller#default');
    expect(named({ configMap: 'mine', key: 'b' })).toBe(
      'failed to resolve artifact repository: config map missing key "b" for artifact repository ref "run/mine#b"',
    );
    expect(named({ configMap: 'gone', key: 'b' })).toBe(
      'failed to resolve artifact repository: failed to find artifact repository ref "gone#b"',
    );
  });
});

describe('artifacts of which only the key is known', () => {
  const given = { arguments: { artifacts: [{ name: 'in', s3: { key: 'data/in' } }] } };
  const reads: Template = container('main', {
    inputs: { artifacts: [{ name: 'in', path: '/in' }] },
    outputs: { artifacts: [out, { name: 'far', path: '/far', gcs: { bucket: 'g', key: 'k' } }] },
  });

  it('are in the repository, and so is what says nothing of where it goes', () => {
    const { run, pods } = simulation([reads], given);
    run.rules = { artifactRepository: s3('b', { keyFormat: 'runs/{{workflow.name}}/{{pod.name}}' }) };
    expect(run.run()).toBe('Succeeded');
    expect(pods[0]?.template).toMatchObject({
      archiveLocation: { archiveLogs: false, s3: { endpoint: 'e', bucket: 'b', key: 'runs/wf/wf' } },
      inputs: { artifacts: [{ name: 'in', path: '/in', s3: { endpoint: 'e', bucket: 'b', key: 'data/in' } }] },
      outputs: { artifacts: [out, { gcs: { bucket: 'g', key: 'k' } }] },
    });
    expect(run.node('wf').inputs?.artifacts).toEqual([{ name: 'in', path: '/in', s3: { key: 'data/in' } }]);
  });

  it('are where the template says, if it says so', () => {
    const archiveLocation = { gcs: { bucket: 'own', key: '{{workflow.name}}' } };
    const { run, pods } = simulation([{ ...reads, archiveLocation }], given);
    run.rules = { artifactRepository: s3('b') };
    run.run();
    expect(pods[0]?.template).toMatchObject({
      archiveLocation: { gcs: { bucket: 'own', key: 'wf' } },
      inputs: { artifacts: [{ gcs: { bucket: 'own', key: 'data/in' } }] },
    });
  });

  it.each<[Template, WorkflowSpec, ArtifactRepository, boolean | undefined]>([
    [container('main'), {}, s3('b'), undefined],
    [container('main'), { archiveLogs: true }, s3('b'), true],
    [container('main', { archiveLocation: { archiveLogs: false } }), { archiveLogs: true }, s3('b'), undefined],
    [container('main'), { archiveLogs: false }, { ...s3('b'), archiveLogs: true }, true],
  ])('lie beside the logs where those are kept: %#', (template, spec, artifactRepository, expected) => {
    const { run, pods } = simulation([template], spec);
    run.rules = { artifactRepository };
    run.run();
    expect(pods[0]?.template.archiveLocation?.s3 && pods[0].template.archiveLocation.archiveLogs).toBe(expected);
  });
});
