import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KubeObject } from '@argosy/kube';
import { createInMemoryKube, resources } from '@argosy/kube';
import { FileJournal } from './file-journal.js';

const namespace = 'default';
type Thing = KubeObject & { data: Record<string, string> };
const thing = (name: string, data: Record<string, string> = {}): Thing => ({ metadata: { name, namespace }, data });
const ref = (name: string) => ({ type: resources.configMaps, namespace, name });

describe('A file journal', () => {
  let directory: string;
  let path: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'argosy-journal-'));
    path = join(directory, 'objects.jsonl');
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  it.each(['process', 'power'] as const)(
    'gives back what was acknowledged, for the one that survives %s',
    async (survives) => {
      const journal = new FileJournal({ path, survives });
      const kube = createInMemoryKube({ journal });
      await Promise.all(
        Array.from({ length: 20 }, (_, index) => kube.create(resources.configMaps, thing(`c${index}`))),
      );
      await kube.delete(ref('c3'));
      // No close: this is how a killed process leaves it.
      const again = createInMemoryKube({ journal: new FileJournal({ path, survives }) });
      const { items } = await again.list(resources.configMaps, { namespace });
      expect(items).toHaveLength(19);
      expect(items).toEqual((await kube.list(resources.configMaps, { namespace })).items);
      journal.close();
    },
  );

  it('drops a line that was cut off, and only that', async () => {
    const kube = createInMemoryKube({ journal: new FileJournal({ path }) });
    await kube.create(resources.configMaps, thing('a'));
    appendFileSync(path, '{"version":99,"type":{"gro');
    const again = createInMemoryKube({ journal: new FileJournal({ path }) });
    await again.create(resources.configMaps, thing('b'));
    const third = createInMemoryKube({ journal: new FileJournal({ path }) });
    expect((await third.list(resources.configMaps, { namespace })).items).toHaveLength(2);
  });

  it('says where it is damaged', () => {
    appendFileSync(path, '{"version":1\n{}\n');
    expect(() => createInMemoryKube({ journal: new FileJournal({ path }) })).toThrow(/is damaged at byte 0/);
  });

  it('forgets history, not state, when it has grown', async () => {
    const kube = createInMemoryKube({ journal: new FileJournal({ path, compactAfterBytes: 20_000 }) });
    await kube.create(resources.configMaps, thing('a', { x: '' }));
    for (let index = 0; index < 200; index++)
      await kube.patch(ref('a'), 'merge', { data: { x: `${index}`.padEnd(500) } });
    await kube.create(resources.configMaps, thing('last'));
    await kube.delete(ref('last'));
    const { resourceVersion } = await kube.list(resources.configMaps);
    expect(statSync(path).size).toBeLessThan(45_000);
    const again = createInMemoryKube({ journal: new FileJournal({ path }) });
    expect((await again.get<Thing>(ref('a'))).data.x?.trim()).toBe('199');
    expect((await again.list(resources.configMaps)).resourceVersion).toBe(resourceVersion);
    expect(readFileSync(path, 'utf8').endsWith('\n')).toBe(true);
  });
});
