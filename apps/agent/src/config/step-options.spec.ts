import { describe, expect, it } from '@jest/globals';
import { agentConfig } from './agent.config.js';
import { stepOptionsOf } from './step-options.js';

const given = (environment: Record<string, string>) =>
  stepOptionsOf(
    agentConfig.parse({
      ARGOSY_CONTROL_PLANE_URL: 'http://localhost',
      ARGOSY_AGENT_DATA_DIR: '/data',
      ...environment,
    }),
  );

describe('the options of steps', () => {
  it('let requests go anywhere but to link-local addresses when nothing is said', () => {
    expect(given({})).toEqual({
      supervisor: {
        image: 'argosy/executor',
        delivery: 'image-volume',
        progressTicks: { file: '3s', patch: '1m0s' },
      },
      http: { allowLinkLocal: false },
      plugins: [],
    });
  });

  it('are lists with commas between', () => {
    const options = given({
      ARGOSY_HTTP_ALLOW: 'api.example.com:443, *.example.org,',
      ARGOSY_HTTP_ALLOW_LINK_LOCAL: '1',
      ARGOSY_PLUGIN_URLS: 'http://a:4355,greeter=http://b:4355/?x=y',
      ARGOSY_PLUGIN_TOKEN: 'secret',
      ARGOSY_KUBECTL_IMAGE: 'mirror/kubectl',
      ARGOSY_PROGRESS_PATCH_TICK: '5s',
    });
    expect(options.http).toEqual({ allow: ['api.example.com:443', '*.example.org'], allowLinkLocal: true });
    expect(options.plugins).toEqual([
      { url: 'http://a:4355', token: 'secret' },
      { name: 'greeter', url: 'http://b:4355/?x=y', token: 'secret' },
    ]);
    expect(options.supervisor.kubectlImage).toBe('mirror/kubectl');
    expect(options.supervisor.progressTicks).toEqual({ file: '3s', patch: '5s' });
    expect(() => given({ ARGOSY_PROGRESS_FILE_TICK: '5' })).toThrow('must be a duration');
  });

  it('can allow nobody', () => {
    expect(given({ ARGOSY_HTTP_ALLOW: '' }).http).toEqual({ allow: [], allowLinkLocal: false });
  });
});
