import { readConfig } from './local-cluster.config.js';

describe('The configuration of a local cluster', () => {
  it('needs a data directory and defaults the rest', () => {
    expect(readConfig({ ARGOSY_LOCAL_CLUSTER_DATA_DIR: '/data' })).toEqual({
      config: {
        name: 'local',
        dataDir: '/data',
        port: 0,
        namespaces: ['default', 'argo'],
        isolation: 'auto',
        imageVolumes: {},
        hostDirectories: [],
        survives: 'process',
        exitWithParent: false,
      },
    });
  });

  it('lists every problem at once', () => {
    const read = readConfig({
      ARGOSY_LOCAL_CLUSTER_NAME: 'Not a label',
      ARGOSY_LOCAL_CLUSTER_PORT: '70000',
      ARGOSY_LOCAL_CLUSTER_CONCURRENCY: '0',
      ARGOSY_LOCAL_CLUSTER_ISOLATION: 'docker',
      ARGOSY_LOCAL_CLUSTER_IMAGE_VOLUMES: 'no-directory',
    });
    const problems = 'problems' in read ? read.problems.map((problem) => problem.split(':')[0]) : [];
    expect(problems).toEqual([
      'ARGOSY_LOCAL_CLUSTER_NAME',
      'ARGOSY_LOCAL_CLUSTER_DATA_DIR',
      'ARGOSY_LOCAL_CLUSTER_PORT',
      'ARGOSY_LOCAL_CLUSTER_CONCURRENCY',
      'ARGOSY_LOCAL_CLUSTER_ISOLATION',
      'ARGOSY_LOCAL_CLUSTER_IMAGE_VOLUMES',
    ]);
  });

  it('reads image volumes as a list of pairs', () => {
    const read = readConfig({
      ARGOSY_LOCAL_CLUSTER_DATA_DIR: '/data',
      ARGOSY_LOCAL_CLUSTER_IMAGE_VOLUMES: 'a/b:v1=/x, c=/y',
    });
    expect('config' in read && read.config.imageVolumes).toEqual({ 'a/b:v1': '/x', c: '/y' });
  });
});
