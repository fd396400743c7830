import { describe, expect, it } from '@jest/globals';
import { createInMemoryKube } from '@argosy/kube';
import { agentConfig } from './agent.config.js';
import { imageOptionsOf } from './image-options.js';

const parse = (environment: Record<string, string>) =>
  agentConfig.safeParse({
    ARGOSY_CONTROL_PLANE_URL: 'http://localhost',
    ARGOSY_AGENT_DATA_DIR: '/data',
    ...environment,
  });
async function given(environment: Record<string, string>) {
  const { data, error } = parse(environment);
  if (!data) throw error;
  const { images = {} } = imageOptionsOf(data, createInMemoryKube());
  await images.registry?.close();
  return images;
}

describe('what images run', () => {
  it('is for their registries to say, unless these are not to be asked', async () => {
    expect(await given({})).toEqual({ registry: expect.anything() });
    expect(await given({ ARGOSY_IMAGE_LOOKUP: '0' })).toEqual({});
  });

  it('may be said in the settings', async () => {
    const ARGOSY_IMAGES = 'tool:1: {entrypoint: [/tool], cmd: [serve]}\nbare: {cmd: [sh]}';
    expect(await given({ ARGOSY_IMAGES, ARGOSY_IMAGE_LOOKUP: '0' })).toEqual({
      commands: { 'tool:1': { entrypoint: ['/tool'], cmd: ['serve'] }, bare: { entrypoint: [], cmd: ['sh'] } },
    });
    const { issues = [] } = parse({ ARGOSY_IMAGES: 'tool: {entrypoint: /tool}\nother: {command: [x]}' }).error ?? {};
    expect(issues.map(({ path, message }) => `${path.join('.')} ${message}`)).toEqual([
      expect.stringMatching(/^ARGOSY_IMAGES tool\.entrypoint: /),
      expect.stringMatching(/^ARGOSY_IMAGES other: /),
    ]);
  });
});
