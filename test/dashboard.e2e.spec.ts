import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { RunSummary } from '@argosy/sdk';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { chromium } from 'playwright-core';
import type { Browser, Page } from 'playwright-core';
import { ended, nodeNamed, reaches } from './harness/await-run.js';
import { repositoryRoot, startStack } from './harness/start-stack.js';
import type { RunningStack } from './harness/start-stack.js';
import { layeredDag, wideLoop } from './harness/synthetic-steps.js';
import type { SyntheticStep } from './harness/synthetic-steps.js';

const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) =>
  existsSync(path),
);
if (!executablePath) process.stderr.write('No Chromium on this machine: the tests of the dashboard are left out.\n');
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const example = (name: string): string => readFileSync(join(repositoryRoot, 'examples/workflows', name), 'utf8');

const script = (name: string, source: string, labels = '{}'): string => `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: { generateName: ${name}-, labels: ${labels} }
spec:
  entrypoint: main
  templates:
    - name: main
      script: { image: busybox, command: [sh], source: ${JSON.stringify(source)} }
`;
const LINES = 2_500;
const CHATTY = script(
  'chatty',
  `printf '\\033[31mred\\033[0m <b>not bold</b>\\n'; seq -f 'line %.0f of many' 2 ${LINES}`,
  '{ app: chatty }',
);
const WITH_PARAMETERS = `apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata:
  generateName: asks-
spec:
  entrypoint: main
  arguments:
    parameters:
      - { name: size, value: small, enum: [small, large], description: How large it is }
      - { name: colour, value: blue }
  templates:
    - name: main
      container: { image: busybox, command: [echo, '{{workflow.parameters.size}} {{workflow.parameters.colour}}'] }
`;

let stack: RunningStack;
let browser: Browser;
let page: Page;
let chatty: RunSummary;

const row = (name: string | RegExp) => page.getByRole('row', { name });
const open = (path: string) => page.goto(stack.url + path);
const submit = (manifest: string): Promise<RunSummary> => stack.client.submitRun({ manifest, cluster: 'local-east' });
const address = (): URLSearchParams => new URL(page.url()).searchParams;

async function logIn(password: string): Promise<void> {
  await open('/');
  await page.getByLabel('Email').fill(stack.administrator.email);
  await page.getByLabel('Password').first().fill(password);
  await page.getByRole('button', { name: 'Log in' }).click();
}

/** What people who see, hear or move in other ways than most stumble over. */
async function obstacles(): Promise<unknown> {
  await page.evaluate(axe);
  return page.evaluate(
    `axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa'] }).then((r) => r.violations.map((v) => v.id + ': ' + v.nodes.map((n) => n.target.join(' ')).join(', ')))`,
  );
}

/** Answers the dashboard's question for the steps of a run with these. */
async function withSteps(steps: readonly SyntheticStep[]): Promise<void> {
  await page.route('**/graphql', async (route) => {
    const { operationName, variables } = route.request().postDataJSON() as {
      operationName: string;
      variables: { id: string; after: string | null };
    };
    if (operationName !== 'RunSteps') return route.continue();
    const from = Number(variables.after ?? 0);
    const pageInfo = {
      __typename: 'PageInfo',
      hasNextPage: from + 1000 < steps.length,
      endCursor: String(from + 1000),
    };
    const nodes = { __typename: 'RunNodeConnection', nodes: steps.slice(from, from + 1000), pageInfo };
    return route.fulfill({ json: { data: { run: { __typename: 'Run', id: variables.id, nodes } } } });
  });
}

(executablePath ? describe : describe.skip)('the dashboard', () => {
  beforeAll(async () => {
    stack = await startStack(['local-east']);
    browser = await chromium.launch({
      executablePath,
      args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu'],
    });
    const context = await browser.newContext({ viewport: { width: 1400, height: 860 }, colorScheme: 'light' });
    page = await context.newPage();
    page.setDefaultTimeout(15_000);
    const [, ran] = await Promise.all(
      [example('dag-diamond.yaml'), CHATTY].map(async (manifest) => ended(stack.client, await submit(manifest))),
    );
    if (!ran) throw new Error('The run with a long log did not run.');
    chatty = ran;
  }, 90_000);
  afterAll(async () => {
    await browser?.close();
    await stack?.stop();
  }, 30_000);

  it('says that the password is wrong', async () => {
    await logIn('wrong');
    await page.getByRole('alert').getByText('Wrong email or password.').waitFor();
  }, 30_000);

  describe('the list of runs', () => {
    it('shows runs, and tells of one that is submitted meanwhile instead of moving the list', async () => {
      await logIn(stack.administrator.password);
      await row(/dag-diamond-.*, Succeeded/).waitFor();
      await submit(example('hello-world.yaml'));
      await page.getByRole('button', { name: '1 new run' }).click();
      await row(/hello-world-.*, Succeeded/).waitFor();
    }, 60_000);

    it('keeps the filter in the address', async () => {
      await page.getByLabel('Name contains').fill('diamond');
      await row(/hello-world/).waitFor({ state: 'detached' });
      await page.getByRole('button', { name: 'Succeeded' }).click();
      await page.getByRole('button', { name: 'Created' }).click();
      await page.getByRole('button', { name: 'Last 24 hours' }).click();
      await page.keyboard.press('Escape');
      await page.getByRole('button', { name: 'Cluster' }).click();
      await page.getByRole('checkbox', { name: 'local-east' }).check();
      await page.keyboard.press('Escape');
      await expect(row(/dag-diamond/).count()).resolves.toBe(1);
      expect(Object.fromEntries(address())).toEqual({
        name: 'diamond',
        phase: 'succeeded',
        since: '24h',
        cluster: 'local-east',
      });
      await page.reload();
      await row(/dag-diamond/).waitFor();
      expect(await row(/hello-world/).count()).toBe(0);
    }, 60_000);

    it('filters by label and namespace, and says when nothing matches', async () => {
      await open('/?labels=app%3Dchatty');
      await row(/chatty/).waitFor();
      expect(await row(/dag-diamond/).count()).toBe(0);
      await open('/?namespace=nowhere');
      await page.getByText('No run matches').waitFor();
      await page.getByRole('button', { name: 'Clear the filter' }).click();
      await row(/dag-diamond/).waitFor();
      expect(page.url()).toBe(`${stack.url}/`);
    }, 60_000);

    it('is walked over with the keyboard', async () => {
      await page.keyboard.press('j');
      await page.keyboard.press('j');
      await page.keyboard.press('x');
      await page.getByText('1 selected').waitFor();
      await page.keyboard.press('k');
      const name = await page.evaluate('document.activeElement.textContent');
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { level: 1, name: String(name) }).waitFor();
    }, 60_000);

    it('stops many runs at once, and tells what became of each', async () => {
      const runs = [await submit(example('suspend.yaml')), await submit(example('suspend.yaml'))];
      await open('/?name=suspend');
      for (const { name } of runs) await page.getByRole('checkbox', { name: `Select ${name}` }).check();
      await page.getByRole('toolbar', { name: 'Selected runs' }).getByRole('button', { name: 'Terminate' }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Terminate' }).click();
      await page.getByRole('dialog').getByText('2 will be terminated').waitFor();
      expect(await page.getByRole('dialog').getByRole('img', { name: 'Done' }).count()).toBe(2);
      for (const run of runs) expect((await ended(stack.client, run)).phase).toBe('FAILED');
      await page.getByRole('dialog').getByRole('button', { name: 'Close' }).last().click();
      await row(new RegExp(`${runs[0]?.name}, Failed`)).waitFor();
    }, 60_000);
  });

  describe('a run', () => {
    it('opens as a graph, with the log of a step', async () => {
      await open('/?name=diamond');
      await row(/dag-diamond/).click();
      await page.getByRole('button', { name: 'D, Succeeded' }).click();
      await page.locator('.log-line', { hasText: 'D' }).waitFor();
      expect(await page.locator('.log-line .log-text').allInnerTexts()).toEqual(['D']);
    }, 60_000);

    it('is told as a tree and on an axis of time, with the arrow keys', async () => {
      await page.getByRole('tab', { name: 'Timeline' }).click();
      const tree = page.getByRole('tree', { name: 'Steps' });
      await tree.focus();
      await page.keyboard.press('Home');
      await page.getByRole('heading', { level: 2, name: /^dag-diamond/ }).waitFor();
      await page.keyboard.press('ArrowLeft');
      await page.getByRole('treeitem', { name: 'A, Succeeded' }).waitFor({ state: 'detached' });
      await page.keyboard.press('ArrowRight');
      await page.keyboard.press('ArrowDown');
      await page.getByRole('heading', { level: 2, name: 'A' }).waitFor();
      await page.keyboard.press('Escape');
      await page.getByRole('heading', { level: 2, name: 'A' }).waitFor({ state: 'detached' });
    }, 60_000);

    it('goes on when the step that waits is resumed, and is deleted with its history', async () => {
      const run = await submit(example('suspend.yaml'));
      const nodes = await reaches(stack.client, run, (all) =>
        all.some(({ type, phase }) => type === 'Suspend' && phase === 'RUNNING'),
      );
      await open(`/runs/${run.id}?step=${nodeNamed(nodes, 'approve').id}`);
      await page.getByRole('button', { name: 'Resume this step' }).click();
      await page.getByText('approve will go on.').waitFor();
      expect((await ended(stack.client, run)).phase).toBe('SUCCEEDED');
      await page.locator('.phase', { hasText: 'Succeeded' }).first().waitFor();
      await page.getByRole('button', { name: 'More actions' }).click();
      await page.getByRole('menuitem', { name: 'Delete' }).click();
      await page.getByLabel('Delete the history too').check();
      await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
      await page.getByText(`${run.name} will be deleted.`).waitFor();
      await page.getByRole('heading', { level: 1, name: 'Runs' }).waitFor();
      expect(await row(new RegExp(run.name)).count()).toBe(0);
      await open(`/runs/${run.id}`);
      await page.getByText('There is no such run').waitFor();
    }, 60_000);

    it('is submitted again', async () => {
      await open(`/runs/${chatty.id}`);
      await page.getByRole('button', { name: 'Resubmit' }).click();
      await page.getByText(`${chatty.name} was submitted again.`).waitFor();
      await page.getByRole('heading', { level: 1, name: /^chatty-/ }).waitFor();
      await page.waitForURL((url) => !url.pathname.endsWith(chatty.id));
      await page.locator('.phase', { hasText: 'Succeeded' }).first().waitFor();
    }, 60_000);

    it.each([
      ['a loop of ten thousand items', wideLoop(10_000), '10,000 steps'],
      ['ten thousand tasks', layeredDag(10_000), undefined],
    ])(
      'stays at hand with %s',
      async (_what, steps, folded) => {
        await withSteps(steps);
        await open(`/runs/${chatty.id}`);
        if (folded) {
          await page.getByText(folded).waitFor();
          await page.getByRole('button', { name: 'Unfold loop' }).click();
        }
        await page.locator('.graph-sketch path').first().waitFor({ state: 'attached' });
        await page.mouse.move(700, 560);
        for (let turn = 0; turn < 14; turn++) await page.mouse.wheel(0, -400);
        if (folded) await page.locator('.graph-node').first().waitFor();
        await page.getByRole('tab', { name: 'Timeline' }).click();
        await page.getByRole('treeitem').first().waitFor();
        expect(await page.getByRole('treeitem').count()).toBeLessThan(100);
        await page.unroute('**/graphql');
      },
      60_000,
    );
  });

  describe('a log', () => {
    const shown = (text: string) => page.locator('.log-line', { hasText: text });

    it('is drawn as far as it is in view, with its colours and nothing that it could inject', async () => {
      const [pod] = await stack.client.listNodes(chatty.id);
      await open(`/runs/${chatty.id}?step=${pod?.id}`);
      await page
        .getByRole('status')
        .getByText(`${LINES.toLocaleString('en')} lines`)
        .waitFor();
      expect(await page.locator('.ansi-red-fg').innerText()).toBe('red');
      expect(await page.locator('.log-line').first().locator('.log-text').innerText()).toBe('red <b>not bold</b>');
      expect(await page.locator('.log-line').count()).toBeLessThan(150);
    }, 60_000);

    it('is searched, forwards and backwards', async () => {
      await page.keyboard.press('/');
      await page.keyboard.type('line 24');
      await page.getByText('1 of 111').waitFor();
      await shown('line 24 of many').waitFor();
      await page.keyboard.press('Shift+Enter');
      await page.getByText('111 of 111').waitFor();
      await shown('line 2499 of many').waitFor();
      await page.getByRole('button', { name: 'Next match' }).click();
      await shown('line 24 of many').waitFor();
      await page.getByLabel('Search the log').fill('');
    }, 60_000);

    it('has addresses for its lines', async () => {
      await page.getByRole('link', { name: '24', exact: true }).click();
      expect(address().get('line')).toBe('24');
      const linked = new URL(page.url());
      linked.searchParams.set('line', '2000');
      await page.goto(linked.href);
      await page.locator('.log-line[data-current]', { hasText: 'line 2000 of many' }).waitFor();
    }, 60_000);

    it('shows times, wraps or not, follows the end, and is downloaded', async () => {
      const press = (name: string) => page.getByRole('button', { name, exact: true }).click();
      await press('Times');
      await page.locator('.log-line time').first().waitFor();
      await press('Wrap long lines');
      expect(await page.locator('.log').getAttribute('data-wrap')).toBeNull();
      await press('Follow the end');
      await shown(`line ${LINES} of many`).waitFor();
      const downloading = page.waitForEvent('download');
      await press('Download');
      const download = await downloading;
      const lines = readFileSync(await download.path(), 'utf8').split('\n');
      expect([lines.length, lines[0]]).toEqual([LINES + 1, 'red <b>not bold</b>']);
    }, 60_000);
  });

  describe('submitting', () => {
    const write = async (manifest: string): Promise<void> => {
      await open('/');
      await page.getByRole('button', { name: 'Submit' }).click();
      await page.getByLabel('Workflow, as YAML or JSON').fill(manifest);
    };
    const send = () => page.getByRole('dialog').getByRole('button', { name: 'Submit' }).click();

    it('asks for the parameters that the workflow declares', async () => {
      await write(WITH_PARAMETERS);
      await page.getByText('How large it is').waitFor();
      expect(await page.getByRole('textbox', { name: 'colour' }).getAttribute('placeholder')).toBe('blue');
      await page.getByRole('combobox', { name: 'size' }).click();
      await page.getByRole('option', { name: 'large' }).click();
      await page.getByRole('combobox', { name: 'Cluster' }).click();
      await page.getByRole('option', { name: 'local-east' }).click();
      await send();
      await page.getByRole('heading', { level: 1, name: /^asks-/ }).waitFor();
      await page.getByRole('tab', { name: 'Parameters' }).click();
      await page.getByRole('definition').getByText('large').waitFor();
    }, 60_000);

    it('tells what is wrong with a workflow, and where', async () => {
      await write('kind: Workflow\nspec:\n  entrypoint: [\n');
      await page.getByText('This is not YAML yet').waitFor();
      await write(example('hello-world.yaml').replace('container:', 'contianer:'));
      await send();
      const problem = page.getByRole('alert').getByRole('button', { name: /Line \d+, column \d+/ });
      await problem.first().click();
      const line = /Line (\d+)/.exec(await problem.first().innerText())?.[1];
      expect(await page.locator('.editor-gutter [data-marked]').first().innerText()).toBe(line);
      expect(await page.evaluate('document.activeElement.tagName')).toBe('TEXTAREA');
    }, 60_000);
  });

  it('registers a cluster, and shows once how its agent joins', async () => {
    await open('/clusters');
    await page.getByRole('article', { name: 'local-east, Connected' }).waitFor();
    await page.getByRole('button', { name: 'Register a cluster' }).click();
    await page.getByLabel('Name').fill('Not A Name');
    await page.getByRole('button', { name: 'Register', exact: true }).click();
    await page.getByText(/is no name for a cluster/).waitFor();
    await page.getByLabel('Name').fill('far-away');
    await page.getByRole('button', { name: 'Register', exact: true }).click();
    const token = await page.getByLabel('Join token', { exact: true }).innerText();
    const command = await page.getByLabel('Command that starts the agent', { exact: true }).innerText();
    expect(command).toContain(`ARGOSY_CONTROL_PLANE_URL=${stack.url} `);
    expect(command).toContain(`ARGOSY_JOIN_TOKEN=${token} `);
    await page.getByRole('dialog').getByText('Waiting for its agent').waitFor();
    expect(await obstacles()).toEqual([]);
    await page.getByRole('dialog').getByRole('button', { name: 'Close' }).last().click();
    await page.getByRole('article', { name: 'far-away, Waiting for its agent' }).waitFor();
    expect(await page.getByText(token).count()).toBe(0);
  }, 60_000);

  it('goes on with news when its token has expired', async () => {
    let opened = 0;
    const tab = await page.context().newPage();
    await new Promise<void>((reopened) => {
      const route = tab.routeWebSocket('**/graphql', (socket) => {
        const isFirst = ++opened === 1;
        const server = socket.connectToServer();
        socket.onMessage((message) => {
          const { type, id } = JSON.parse(String(message)) as { type: string; id: string };
          const payload = [{ message: 'The token has expired.', extensions: { code: 'TOKEN_EXPIRED' } }];
          if (type !== 'subscribe') return server.send(message);
          if (isFirst) return socket.send(JSON.stringify({ type: 'error', id, payload }));
          server.send(message);
          return reopened();
        });
      });
      void route.then(() => tab.goto(stack.url));
    });
    await tab.getByRole('row', { name: /dag-diamond/ }).waitFor();
    const { name } = await submit(example('hello-world.yaml'));
    await tab.getByRole('button', { name: /new run/ }).click();
    await tab.getByRole('row', { name: new RegExp(name) }).waitFor();
    await tab.close();
  }, 60_000);

  it('says that it is offline', async () => {
    await page.context().setOffline(true);
    await page.getByText('You are offline.').waitFor();
    await page.context().setOffline(false);
    await page.getByText('You are offline.').waitFor({ state: 'detached' });
  }, 60_000);

  describe.each(['light', 'dark'] as const)('in the %s theme', (colorScheme) => {
    const places: readonly (readonly [string, () => Promise<unknown>])[] = [
      ['the runs', () => row(/dag-diamond/).waitFor()],
      ['the clusters', () => page.getByRole('article').first().waitFor()],
      [
        'a graph',
        () =>
          page
            .getByRole('button', { name: /, Succeeded/ })
            .first()
            .waitFor(),
      ],
      ['a timeline and a log', () => page.locator('.log-line').first().waitFor()],
    ];
    it.each(places)(
      'everybody can use %s, on any screen',
      async (what, settled) => {
        const pod = (await stack.client.listNodes(chatty.id))[0]?.id;
        const paths: Record<string, string> = {
          'the runs': '/',
          'the clusters': '/clusters',
          'a graph': `/runs/${chatty.id}`,
          'a timeline and a log': `/runs/${chatty.id}?tab=timeline&step=${pod}`,
        };
        await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
        await open(paths[what] ?? '/');
        await settled();
        expect(await obstacles()).toEqual([]);
        await page.setViewportSize({ width: 390, height: 844 });
        expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390);
        expect(await obstacles()).toEqual([]);
        await page.setViewportSize({ width: 1400, height: 860 });
      },
      60_000,
    );
  });
});
