import { once } from 'node:events';
import type { RequestListener, Server } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { InMemoryKube } from '@argosy/kube';
import { createInMemoryKube, resources } from '@argosy/kube';
import { isFinalWorkflowPhase } from '@argosy/workflow-engine';
import type { NodeStatus, Template, Workflow, WorkflowSpec } from '@argosy/workflow-spec';
import type { WorkflowControllerOptions } from '../controller-options.js';
import { WorkflowController } from '../controller.js';
import { ManualClock } from '../testing/manual-clock.js';

let kube: InMemoryKube;
let server: Server;
let handle: RequestListener;
let url: string;
let changed: () => void = () => undefined;
const controllers = new Set<WorkflowController>();

beforeEach(async () => {
  kube = createInMemoryKube();
  server = createServer((request, response) => handle(request, response)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  for (const controller of controllers) await controller.stop();
  controllers.clear();
  server.closeAllConnections();
  await new Promise((done) => server.close(done));
});

async function start(options: Partial<WorkflowControllerOptions> = {}): Promise<WorkflowController> {
  const controller = new WorkflowController({
    kube,
    supervisor: { image: 'argosy/executor', delivery: 'image-volume' },
    onRunChanged: async () => changed(),
    ...options,
  });
  controllers.add(controller);
  await controller.start();
  return controller;
}
const submit = (...templates: Template[]): Promise<Workflow> => submitSpec({ templates });
const submitSpec = (spec: WorkflowSpec): Promise<Workflow> =>
  kube.create<Workflow>(resources.workflows, {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Workflow',
    metadata: { name: 'wf', namespace: 'default' },
    spec: { entrypoint: 'main', ...spec },
  });
async function until(holds: (workflow: Workflow) => boolean): Promise<Workflow> {
  for (;;) {
    const next = new Promise<void>((done) => (changed = done));
    const workflow = await kube.get<Workflow>({ type: resources.workflows, namespace: 'default', name: 'wf' });
    if (holds(workflow)) return workflow;
    await next;
  }
}
const ended = (): Promise<Workflow> => until(({ status }) => isFinalWorkflowPhase(status?.phase));
const root = ({ status }: Workflow): NodeStatus | undefined => status?.nodes?.wf;

describe('HTTP templates', () => {
  it('are carried out by the controller, each once, and more of them than may be under way', async () => {
    const asked: string[] = [];
    handle = (request, response) => {
      asked.push(request.url ?? '');
      response.end(`"${request.url}"`);
    };
    await start();
    const call: Template = {
      name: 'call',
      inputs: { parameters: [{ name: 'n' }] },
      http: { url: `${url}/{{inputs.parameters.n}}` },
    };
    const withItems = Array.from({ length: 40 }, (_, i) => i);
    const parameters = [{ name: 'n', value: '{{item}}' }];
    const result = { name: 'all', valueFrom: { parameter: '{{steps.each.outputs.result}}' } };
    await submit(
      {
        name: 'main',
        steps: [[{ name: 'each', template: 'call', arguments: { parameters }, withItems }]],
        outputs: { parameters: [result] },
      },
      call,
    );
    const workflow = await ended();
    expect(workflow.status).toMatchObject({ phase: 'Succeeded', progress: '40/40' });
    expect([...asked].sort()).toEqual(withItems.map((i) => `/${i}`).sort());
    expect(root(workflow)?.outputs?.parameters?.[0]?.value).toBe(JSON.stringify(withItems.map((i) => `/${i}`)));
  });

  it('that were under way when the controller went are not repeated', async () => {
    const clock = new ManualClock(Date.now());
    let asked = 0;
    handle = () => {
      asked += 1;
      changed();
    };
    const first = await start({ clock });
    await submit({ name: 'main', http: { url } });
    await until(() => asked === 1);
    await first.stop();
    const second = await start({ clock });
    await second.idle();
    expect((await until(() => true)).status?.nodes?.wf?.phase).toBe('Running');
    clock.advanceTo(clock.now() + 60_000);
    const workflow = await ended();
    expect(workflow.status).toMatchObject({ phase: 'Error' });
    expect(workflow.status?.message).toContain('not sent a second time');
    expect(asked).toBe(1);
  });

  it('are asked for once, however many controllers there are', async () => {
    const asked: string[] = [];
    handle = (request, response) => {
      asked.push(request.url ?? '');
      response.end('ok');
    };
    await Promise.all([start(), start(), start()]);
    const call: Template = {
      name: 'call',
      inputs: { parameters: [{ name: 'n' }] },
      http: { url: `${url}/{{inputs.parameters.n}}` },
    };
    const withItems = Array.from({ length: 20 }, (_, i) => i);
    const parameters = [{ name: 'n', value: '{{item}}' }];
    await submit(
      { name: 'main', steps: [[{ name: 'each', template: 'call', arguments: { parameters }, withItems }]] },
      call,
    );
    const workflow = await ended();
    expect(workflow.status).toMatchObject({ phase: 'Succeeded', progress: '20/20' });
    expect([...asked].sort()).toEqual(withItems.map((i) => `/${i}`).sort());
  });

  it('break off when the run is stopped', async () => {
    let asked = false;
    let brokenOff = false;
    handle = (_request, response) => {
      response.once('close', () => {
        brokenOff = true;
        changed();
      });
      asked = true;
      changed();
    };
    const controller = await start();
    await submit({ name: 'main', http: { url } });
    await until(() => asked);
    await controller.applyIntent('default', 'wf', { type: 'TerminateRun' });
    expect((await ended()).status).toMatchObject({ phase: 'Failed', message: "Stopped with strategy 'Terminate'" });
    await until(() => brokenOff);
  });
});

describe('plugin templates', () => {
  const main: Template = { name: 'main', plugin: { slack: { text: '{{workflow.name}}' } } };

  it('are handed to the first plugin that takes them, until it has done with them', async () => {
    const asked: unknown[] = [];
    handle = (request, response) => {
      if (request.url !== '/second/api/v1/template.execute') return void response.writeHead(404).end();
      void json(request).then((body) => {
        asked.push([request.method, request.headers.authorization, body]);
        const running = { node: { phase: 'Running', message: 'at it' }, requeue: '10ms' };
        const done = {
          node: { phase: 'Succeeded', message: 'posted', outputs: { parameters: [{ name: 'ts', value: '1' }] } },
        };
        response.end(JSON.stringify(asked.length < 3 ? running : done));
      });
    };
    await start({ plugins: [{ url: `${url}/first` }, { url: `${url}/second/`, token: 'secret' }] });
    const { metadata } = await submit(main);
    const workflow = await ended();
    expect(root(workflow)).toMatchObject({
      type: 'Plugin',
      phase: 'Succeeded',
      message: 'posted',
      outputs: { parameters: [{ name: 'ts', value: '1' }] },
    });
    const body = {
      workflow: { metadata: { name: 'wf', namespace: 'default', uid: metadata.uid } },
      template: { name: 'main', plugin: { slack: { text: 'wf' } } },
    };
    expect(asked).toEqual(Array(3).fill(['POST', 'Bearer secret', body]));
  });

  describe('of a workflow that names its plugins', () => {
    const naming = (name: string): WorkflowSpec => ({
      executorPlugins: [{ metadata: { name }, spec: { sidecar: { container: { name, image: 'any' } } } }],
    });
    const asked: string[] = [];
    beforeEach(async () => {
      asked.length = 0;
      handle = (request, response) => {
        asked.push(request.url ?? '');
        response.end(JSON.stringify({ node: { phase: 'Succeeded' } }));
      };
      await start({ plugins: [{ url: `${url}/any` }, { name: 'a', url: `${url}/a` }, { name: 'b', url: `${url}/b` }] });
    });

    it('are handed to those alone', async () => {
      await submitSpec({ ...naming('b'), templates: [main] });
      expect((await ended()).status?.phase).toBe('Succeeded');
      expect(asked).toEqual(['/b/api/v1/template.execute']);
    });

    it('are not begun when there is none of that name', async () => {
      await submitSpec({ ...naming('c'), templates: [main] });
      expect((await ended()).status).toMatchObject({
        phase: 'Failed',
        message:
          'invalid spec: spec.executorPlugins: "c" is no executor plugin of this cluster, and a workflow cannot bring its own (known: a, b)',
      });
      expect(asked).toEqual([]);
    });
  });

  it('that wait to be asked again hold nobody up', async () => {
    const busy = new Set<string>();
    handle = (request, response) => {
      if (request.url === '/plain') return void response.end('through');
      void json(request).then((body) => {
        busy.add(JSON.stringify(body));
        response.end(JSON.stringify({ node: { phase: 'Running' }, requeue: '1h' }));
        changed();
      });
    };
    const controller = await start({ plugins: [{ url }] });
    const long: Template = {
      name: 'long',
      inputs: { parameters: [{ name: 'n' }] },
      plugin: { wait: { n: '{{inputs.parameters.n}}' } },
    };
    const parameters = [{ name: 'n', value: '{{item}}' }];
    const withItems = Array.from({ length: 20 }, (_, i) => i);
    await submit(
      {
        name: 'main',
        dag: {
          tasks: [
            { name: 'long', template: 'long', withItems, arguments: { parameters } },
            { name: 'plain', template: 'plain' },
          ],
        },
      },
      long,
      { name: 'plain', http: { url: `${url}/plain` } },
    );
    await until(() => busy.size === 20);
    await until(({ status }) =>
      Object.values<NodeStatus>(status?.nodes ?? {}).some(
        ({ type, phase }) => type === 'HTTP' && phase === 'Succeeded',
      ),
    );
    await controller.applyIntent('default', 'wf', { type: 'TerminateRun' });
    expect((await ended()).status?.phase).toBe('Failed');
  });

  it.each([
    ['nobody takes', { plugins: ['/a'] }, 404, 'Failed', 'no plugin executed the template'],
    ['a plugin breaks on', { plugins: ['/a'] }, 500, 'Failed', '/a/api/v1/template.execute: 500 oops'],
    [
      'no plugin is there for',
      {},
      200,
      'Error',
      'there is no executor plugin for "slack": this controller is given none',
    ],
  ])('that %s fail', async (_case, { plugins = [] }: { plugins?: string[] }, status, phase, message) => {
    handle = (_request, response) => response.writeHead(status).end('oops');
    await start({ plugins: plugins.map((path) => ({ url: url + path })) });
    await submit(main);
    const node = root(await ended());
    expect(node?.phase).toBe(phase);
    expect(node?.message?.endsWith(message)).toBe(true);
  });
});
