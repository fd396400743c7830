import { chmodSync, existsSync, mkdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Container, KeyToPath, Pod, Volume } from 'kubernetes-types/core/v1.js';
import type { Capacity, DataReader } from './environment.js';
import { expand, fieldValue, NotReady, resourceValue } from './environment.js';
import type { Mount } from './isolation/view.js';

/** kubernetes-types 1.30 does not know image volumes. */
type VolumeWithImage = Volume & { image?: { reference?: string } };

export interface VolumeSources {
  readonly read: DataReader;
  readonly capacity: Capacity;
  /** The directory of a bound claim; undefined while there is no such claim. */
  readonly claimDirectory: (namespace: string, name: string) => string | undefined;
  readonly imageVolumes: Readonly<Record<string, string>>;
}
export interface ReadyVolume {
  readonly path: string;
  readonly readOnly: boolean;
}

/** Makes a pod's volumes below `directory`; throws NotReady while something that one needs is missing. */
export async function prepareVolumes(
  pod: Pod,
  directory: string,
  sources: VolumeSources,
): Promise<Map<string, ReadyVolume>> {
  const ready = new Map<string, ReadyVolume>();
  for (const volume of pod.spec?.volumes ?? []) {
    ready.set(volume.name, await prepare(pod, volume, join(directory, volume.name), sources));
  }
  return ready;
}

async function prepare(pod: Pod, volume: VolumeWithImage, path: string, sources: VolumeSources): Promise<ReadyVolume> {
  if (volume.persistentVolumeClaim) {
    const { claimName, readOnly = false } = volume.persistentVolumeClaim;
    const claim = sources.claimDirectory(pod.metadata?.namespace ?? '', claimName);
    if (claim === undefined) throw new NotReady('ContainerCreating', `persistentvolumeclaim "${claimName}" not found`);
    return { path: claim, readOnly };
  }
  if (volume.image) return { path: imageDirectory(volume.image.reference ?? '', sources.imageVolumes), readOnly: true };
  if (volume.hostPath) throw unsupported(volume.name, 'hostPath volumes are not available on a local cluster');
  const files = await contentOf(pod, volume, sources);
  if (files) {
    writeContent(path, files);
    return { path, readOnly: true };
  }
  if (!volume.emptyDir && !volume.ephemeral) throw unsupported(volume.name, 'this kind of volume is not supported');
  mkdirSync(path, { recursive: true });
  // Any user of the pod may write, as in a real emptyDir.
  chmodSync(path, 0o777);
  return { path, readOnly: false };
}

const unsupported = (name: string, why: string): NotReady =>
  new NotReady('ContainerCreating', `MountVolume.SetUp failed for volume "${name}" : ${why}`);

/** Images are known by reference, or by repository for whatever tag. */
function imageDirectory(reference: string, known: Readonly<Record<string, string>>): string {
  const directory = known[reference] ?? known[reference.replace(/(@sha256:.*|:[^:/]+)$/, '')];
  if (directory !== undefined) return directory;
  throw new NotReady(
    'ErrImagePull',
    `failed to pull image "${reference}": a local cluster pulls no images; it knows only ${Object.keys(known).join(', ') || 'none'}`,
  );
}

interface FileContent {
  readonly data: Buffer;
  readonly mode: number;
}
type Files = Map<string, FileContent>;

async function contentOf(pod: Pod, volume: Volume, sources: VolumeSources): Promise<Files | undefined> {
  const files: Files = new Map();
  const add = new ContentBuilder(pod, volume.name, sources, files);
  if (volume.configMap) {
    const { name = '', items, optional, defaultMode } = volume.configMap;
    await add.data('configmap', name, items, optional, defaultMode);
  } else if (volume.secret) {
    const { secretName = '', items, optional, defaultMode } = volume.secret;
    await add.data('secret', secretName, items, optional, defaultMode);
  } else if (volume.downwardAPI) add.downward(volume.downwardAPI.items ?? [], volume.downwardAPI.defaultMode);
  else if (volume.projected) {
    const mode = volume.projected.defaultMode;
    for (const source of volume.projected.sources ?? []) {
      const { configMap, secret, downwardAPI, serviceAccountToken } = source;
      if (configMap) await add.data('configmap', configMap.name ?? '', configMap.items, configMap.optional, mode);
      if (secret) await add.data('secret', secret.name ?? '', secret.items, secret.optional, mode);
      if (downwardAPI) add.downward(downwardAPI.items ?? [], mode);
      // Nothing here checks such tokens; programs only expect the file.
      if (serviceAccountToken) files.set(serviceAccountToken.path, { data: Buffer.alloc(0), mode: 0o600 });
    }
  } else return undefined;
  return files;
}

const DEFAULT_MODE = 0o644;

class ContentBuilder {
  constructor(
    private readonly pod: Pod,
    private readonly volume: string,
    private readonly sources: VolumeSources,
    private readonly files: Files,
  ) {}

  async data(
    kind: 'configmap' | 'secret',
    name: string,
    items: readonly KeyToPath[] | undefined,
    optional = false,
    defaultMode = DEFAULT_MODE,
  ): Promise<void> {
    const data = await this.sources.read(kind, this.pod.metadata?.namespace ?? '', name);
    if (!data && !optional) throw this.failed(`${kind} "${name}" not found`);
    const wanted: readonly KeyToPath[] = items ?? Object.keys(data ?? {}).map((key) => ({ key, path: key }));
    for (const { key, path, mode } of wanted) {
      const content = data?.[key];
      if (content) this.files.set(path, { data: content, mode: mode ?? defaultMode });
      else if (!optional) throw this.failed(`references non-existent config key: ${key}`);
    }
  }

  downward(items: NonNullable<NonNullable<Volume['downwardAPI']>['items']>, defaultMode = DEFAULT_MODE): void {
    for (const { path, fieldRef, resourceFieldRef, mode } of items) {
      const container = this.pod.spec?.containers[0] as Container;
      const text = fieldRef
        ? fieldValue(this.pod, fieldRef.fieldPath)
        : resourceFieldRef
          ? resourceValue(this.pod, container, resourceFieldRef, this.sources.capacity)
          : '';
      this.files.set(path, { data: Buffer.from(text), mode: mode ?? defaultMode });
    }
  }

  private failed(why: string): NotReady {
    return new NotReady('ContainerCreating', `MountVolume.SetUp failed for volume "${this.volume}" : ${why}`);
  }
}

/** Written aside and renamed, so that a retry after a crash never leaves half a volume. */
function writeContent(path: string, files: Files): void {
  const fresh = `${path}.new`;
  rmSync(fresh, { recursive: true, force: true });
  mkdirSync(fresh, { recursive: true });
  for (const [name, { data, mode }] of files) {
    const file = join(fresh, name);
    if (!file.startsWith(`${fresh}/`)) throw new NotReady('ContainerCreating', `path ${name} leaves its volume`);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, data);
    chmodSync(file, mode);
  }
  rmSync(path, { recursive: true, force: true });
  renameSync(fresh, path);
}

/** The mounts of one container. A missing `subPath` is made as a directory. */
export function containerMounts(
  container: Container,
  volumes: ReadonlyMap<string, ReadyVolume>,
  env: Readonly<Record<string, string>>,
): Mount[] {
  return (container.volumeMounts ?? []).map((mount) => {
    const volume = volumes.get(mount.name) as ReadyVolume;
    const subPath = mount.subPathExpr === undefined ? (mount.subPath ?? '') : expand(mount.subPathExpr, env);
    const source = join(volume.path, subPath);
    if (source !== volume.path && !source.startsWith(`${volume.path}/`)) {
      throw new NotReady('CreateContainerConfigError', `subPath "${subPath}" must not contain ".."`);
    }
    if (!existsSync(source)) mkdirSync(source, { recursive: true });
    return {
      source,
      target: mount.mountPath,
      readOnly: volume.readOnly || mount.readOnly === true,
      isFile: !statSync(source).isDirectory(),
    };
  });
}
