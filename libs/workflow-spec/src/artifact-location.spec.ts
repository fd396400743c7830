import { isCompleteLocation, relocated, repositoryLocation } from './index.js';

describe('artifact repositories', () => {
  it('are locations with a key that the run fills in', () => {
    expect(repositoryLocation({ archiveLogs: true })).toBeUndefined();
    expect(repositoryLocation({ s3: { bucket: 'b', endpoint: 'e' } })).toEqual({
      s3: { bucket: 'b', endpoint: 'e', key: '{{workflow.name}}/{{pod.name}}' },
    });
    expect(repositoryLocation({ s3: { bucket: 'b', keyPrefix: 'p/' } })?.s3?.key).toBe(
      'p/{{workflow.name}}/{{pod.name}}',
    );
    expect(repositoryLocation({ gcs: { bucket: 'b', keyFormat: 'f/{{pod.name}}' } })).toEqual({
      gcs: { bucket: 'b', key: 'f/{{pod.name}}' },
    });
    expect(repositoryLocation({ azure: { container: 'c', blobNameFormat: 'f' } })?.azure?.blob).toBe('f');
    expect(repositoryLocation({ artifactory: { repoURL: 'http://a/r/' } })?.artifactory?.url).toBe(
      'http://a/r/{{workflow.name}}/{{pod.name}}',
    );
    expect(repositoryLocation({ hdfs: { addresses: ['h:1'], pathFormat: '/f' } })?.hdfs?.path).toBe('/f');
    expect(repositoryLocation({ plugin: { name: 'p', keyFormat: 'f' } })?.plugin?.key).toBe('f');
    expect(repositoryLocation({ oss: { bucket: 'b' } })?.oss?.key).toBe('{{workflow.name}}/{{pod.name}}');
  });

  it.each([
    [{}, false],
    [{ s3: { key: 'k' } }, false],
    [{ s3: { bucket: 'b', key: 'k' } }, false],
    [{ s3: { endpoint: 'e', bucket: 'b', key: 'k' } }, true],
    [{ gcs: { bucket: 'b', key: 'k' } }, true],
    [{ raw: { data: '' } }, true],
    [{ git: { repo: 'r' } }, true],
  ])('are not needed by a location that is complete: %j', (location, expected) => {
    expect(isCompleteLocation(location)).toBe(expected);
  });

  it('take in what has only a key, whatever their driver', () => {
    const base = { gcs: { bucket: 'b', key: 'x', serviceAccountKeySecret: { name: 's', key: 'k' } } };
    const keyed = { name: 'a', path: '/a', s3: { key: 'mine' } };
    expect(relocated(keyed, base)).toEqual({ name: 'a', path: '/a', gcs: { ...base.gcs, key: 'mine' } });
    expect(relocated(keyed, { artifactory: { url: 'http://h/r/x' } })).toMatchObject({
      artifactory: { url: 'http://h/mine' },
    });
    const complete = { name: 'a', s3: { endpoint: 'e', bucket: 'b', key: 'k' } };
    expect(relocated(complete, base)).toBe(complete);
    expect(relocated({ name: 'a' }, base)).toEqual({ name: 'a' });
  });
});
