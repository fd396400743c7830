import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Application } from '../application.js';
import { TestServer } from '../testing/test-server.js';
import type { TestDatabase } from '../testing/test-server.js';

let server: TestServer;
let db: TestDatabase;
let app: Application;
beforeAll(async () => {
  server = await TestServer.start();
  db = await server.newDatabase();
  app = await db.startReplica();
});
afterAll(async () => {
  await db.close();
  await server.stop();
});
const get = (path: string): Promise<Response> => fetch(`${app.url}${path}`);

describe('pages', () => {
  it('give editors the JSON Schema of the Argo kinds, whatever page they are', async () => {
    const response = await get('/schemas/argo-workflows.schema.json');
    expect(response.status).toBe(200);
    expect(response.headers.get('access-control-allow-origin')).toBe('*');
    const { definitions } = (await response.json()) as { definitions: Record<string, unknown> };
    expect(Object.keys(definitions)).toEqual(expect.arrayContaining(['Workflow', 'CronWorkflow', 'WorkflowTemplate']));
    expect((await get('/schemas/unknown.json')).status).toBe(404);
    expect((await get('/schemas/..%2f..%2fpackage.json')).status).toBe(404);
  });

  it('hold the API explorer, which loads nothing from elsewhere', async () => {
    const response = await get('/explorer/');
    expect(response.headers.get('content-security-policy')).toContain("script-src 'self'");
    const addresses = [...(await response.text()).matchAll(/(?:src|href)="([^"]+)"/g)].map(([, address]) => address);
    expect(addresses).toEqual(['explorer.css', 'explorer.js']);
    for (const address of ['explorer.css', 'explorer.js', 'api.js', 'docs.js', 'examples.js'])
      expect((await get(`/explorer/${address}`)).status).toBe(200);
  });
});
