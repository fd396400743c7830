import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { chromium } from 'playwright-core';
import type { Browser, Page } from 'playwright-core';
import { ended } from './harness/await-run.js';
import { repositoryRoot, startStack } from './harness/start-stack.js';
import type { RunningStack } from './harness/start-stack.js';

const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) =>
  existsSync(path),
);
if (!executablePath) process.stderr.write('No Chromium on this machine: the tests of the dashboard are left out.\n');
const axePath = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

(executablePath ? describe : describe.skip)('the dashboard', () => {
  let stack: RunningStack;
  let browser: Browser;
  let page: Page;
  beforeAll(async () => {
    stack = await startStack(['local-east']);
    browser = await chromium.launch({
      executablePath,
      args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu'],
    });
    page = await browser.newPage({ viewport: { width: 1400, height: 860 }, colorScheme: 'light' });
    const manifest = readFileSync(join(repositoryRoot, 'examples/workflows/dag-diamond.yaml'), 'utf8');
    await ended(stack.client, await stack.client.submitRun({ manifest, cluster: 'local-east' }));
  }, 90_000);
  afterAll(async () => {
    await browser?.close();
    await stack?.stop();
  }, 30_000);

  const logIn = async (password: string): Promise<void> => {
    await page.goto(stack.url);
    await page.getByLabel('Email').fill(stack.administrator.email);
    await page.getByLabel('Password').first().fill(password);
    await page.getByRole('button', { name: 'Log in' }).click();
  };

  it('says that the password is wrong', async () => {
    await logIn('wrong');
    await page.getByRole('alert').getByText('Wrong email or password.').waitFor();
  }, 30_000);

  it('shows runs, and one that is submitted meanwhile without being asked', async () => {
    await logIn(stack.administrator.password);
    await page.getByRole('row', { name: /dag-diamond-.*, Succeeded/ }).waitFor();
    const manifest = readFileSync(join(repositoryRoot, 'examples/workflows/hello-world.yaml'), 'utf8');
    await stack.client.submitRun({ manifest, cluster: 'local-east' });
    await page.getByRole('row', { name: /hello-world-.*, Succeeded/ }).waitFor();
  }, 60_000);

  it('keeps the filter in the address', async () => {
    await page.getByLabel('Name contains').fill('diamond');
    await page.getByRole('row', { name: /hello-world/ }).waitFor({ state: 'detached' });
    expect(new URL(page.url()).search).toBe('?name=diamond');
    await page.reload();
    await page.getByRole('row', { name: /dag-diamond/ }).waitFor();
    expect(await page.getByRole('row', { name: /hello-world/ }).count()).toBe(0);
  }, 60_000);

  it('opens a run as a graph, and the log of a step', async () => {
    await page.getByRole('row', { name: /dag-diamond/ }).click();
    await page.locator('.graph-node', { hasText: 'D' }).last().click();
    await page.locator('.log-line', { hasText: 'D' }).waitFor();
    expect(await page.locator('.log-line').allInnerTexts()).toEqual([expect.stringMatching(/1\s+D/)]);
  }, 60_000);

  it('tells what is wrong with a workflow, and where', async () => {
    await page.goto(stack.url);
    await page.getByRole('button', { name: 'Submit' }).click();
    await page
      .getByLabel('Workflow, as YAML or JSON')
      .fill(
        'apiVersion: argoproj.io/v1alpha1\nkind: Workflow\nmetadata:\n  generateName: x-\nspec:\n  entrypoint: [\n',
      );
    await page.getByRole('dialog').getByRole('button', { name: 'Submit' }).click();
    await page
      .getByRole('alert')
      .getByText(/Line \d+, column \d+/)
      .first()
      .waitFor();
  }, 60_000);

  it.each(['/', '/clusters'])(
    'can be used by everybody: %s',
    async (path) => {
      await page.goto(stack.url + path);
      await page.getByRole('heading', { level: 1 }).waitFor();
      await page.evaluate(readFileSync(axePath, 'utf8'));
      const violations = await page.evaluate(
        `axe.run(document, { runOnly: ['wcag2a', 'wcag2aa'] }).then((r) => r.violations.map((v) => v.id + ': ' + v.nodes.map((n) => n.target.join(' ')).join(', ')))`,
      );
      expect(violations).toEqual([]);
    },
    60_000,
  );
});
