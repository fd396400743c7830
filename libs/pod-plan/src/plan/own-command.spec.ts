import { describe, expect, it } from '@jest/globals';
import type { Container, PodSpec, Template, WorkflowSpec } from '@argosy/workflow-spec';
import type { PodPlanContext } from './context.js';
import type { ImageCommand, ImageQuestion } from './image-command.js';
import { planPod } from './plan-pod.js';

interface Options {
  readonly spec?: WorkflowSpec;
  readonly imageCommand?: PodPlanContext['imageCommand'];
}

function plan(template: Template, { spec = {}, imageCommand }: Options = {}): { spec: PodSpec; main: Container } {
  const pod = planPod(
    {
      type: 'EnsurePod',
      key: 'EnsurePod/wf-build-1',
      podName: 'wf-build-1',
      nodeId: 'wf-1',
      nodeName: 'wf.build',
      displayName: 'build',
      template,
      templateName: 'build',
      boundaryTemplate: null,
      includeScriptOutput: false,
      deadline: null,
      onExit: false,
      retryAttempt: null,
      avoidHosts: [],
    },
    {
      workflow: {
        apiVersion: 'argoproj.io/v1alpha1',
        kind: 'Workflow',
        metadata: { name: 'wf', namespace: 'ci' },
        spec,
      },
      supervisor: { image: 'argosy/executor:1', delivery: 'image-volume' },
      nowMs: Date.UTC(2026, 0, 1),
      ...(imageCommand && { imageCommand }),
    },
  );
  const [main] = pod?.spec?.containers ?? [];
  if (!pod?.spec || !main) throw new Error('no main container');
  return { spec: pod.spec, main };
}

describe('a container without a command', () => {
  const bare = (extra: Partial<Container> = {}): Template => ({
    name: 'build',
    container: { image: 'tool:1', ...extra },
  });
  const tool = { entrypoint: ['/entry', '$(HOME)'], cmd: ['serve', '$$'] };
  const knowing =
    (command: ImageCommand, asked: ImageQuestion[] = []): PodPlanContext['imageCommand'] =>
    (question) => {
      asked.push(question);
      return { state: 'known', command };
    };
  const run = ['/argosy/supervisor', 'run', '--'];

  it('runs what its image runs, to the letter', () => {
    const { main } = plan(bare(), { imageCommand: knowing(tool) });
    expect(main).toMatchObject({ command: [...run, '/entry', '$$(HOME)'], args: ['serve', '$$$$'] });
  });

  it('takes its own arguments instead of the image’s, none as well', () => {
    const args = plan(bare({ args: ['-v'] }), { imageCommand: knowing(tool) }).main;
    expect(args).toMatchObject({ command: [...run, '/entry', '$$(HOME)'], args: ['-v'] });
    const none = plan(bare({ args: [] }), { imageCommand: knowing(tool) }).main;
    expect(none).toMatchObject({ command: [...run, '/entry', '$$(HOME)'] });
    expect(none.args).toBeUndefined();
  });

  it('may be a script that says itself what runs it', () => {
    const template: Template = { name: 'build', script: { image: 'tool:1', source: '#!/bin/sh' } };
    const { main } = plan(template, { imageCommand: knowing({ entrypoint: [], cmd: ['bash'] }) });
    expect(main.command).toEqual(['/argosy/supervisor', 'run', '--script', '/argo/staging/script', '--']);
    expect(main.args).toEqual(['/argo/staging/script']);
  });

  it('asks about the image that the pod gets, as who the pod is', () => {
    const asked: ImageQuestion[] = [];
    const podSpecPatch = 'containers: [{name: main, image: tool:2}]\nimagePullSecrets: [{name: more}]';
    const nodeSelector = { 'kubernetes.io/arch': 'arm64' };
    plan(
      { ...bare(), serviceAccountName: 'builder', nodeSelector, podSpecPatch },
      { spec: { imagePullSecrets: [{ name: 'registry' }] }, imageCommand: knowing(tool, asked) },
    );
    expect(asked).toEqual([
      {
        image: 'tool:2',
        namespace: 'ci',
        serviceAccountName: 'builder',
        pullSecrets: ['more', 'registry'],
        architecture: 'arm64',
      },
    ]);
  });

  it('is planned once all is known', () => {
    const containers = ['a', 'main'].map((name) => ({ name, image: `${name}:1` }));
    const asked: string[] = [];
    const imageCommand: PodPlanContext['imageCommand'] = ({ image }) => {
      asked.push(image);
      return { state: 'pending' };
    };
    expect(() => plan({ name: 'build', containerSet: { containers } }, { imageCommand })).toThrow('no main container');
    expect(asked).toEqual(['a:1', 'main:1']);
  });

  it('is refused when its image has none, or nobody can tell', () => {
    expect(() => plan(bare(), { imageCommand: knowing({ entrypoint: [], cmd: [] }) })).toThrow(
      'template "build" has no command, and image "tool:1" has none either: set it',
    );
    expect(() => plan(bare(), { imageCommand: () => ({ state: 'unknown', reason: 'manifest unknown' }) })).toThrow(
      'template "build" has no command, and that of image "tool:1" could not be looked up: manifest unknown; set it',
    );
    expect(() => plan(bare())).toThrow(
      'template "build" has no command: set it, because the image\'s own entrypoint is not looked up',
    );
  });
});
