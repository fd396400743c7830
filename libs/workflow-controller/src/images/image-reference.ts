import { RegistryProblem } from './registry-problem.js';

/** Where an image is. */
export interface ImageReference {
  /** Host, with the port if there is one: `registry-1.docker.io`. */
  readonly registry: string;
  readonly repository: string;
  /** A tag, or a digest where the image is named by one. */
  readonly reference: string;
}

const DOCKER_HUB = 'registry-1.docker.io';
const HUB_NAMES: ReadonlySet<string> = new Set(['docker.io', 'index.docker.io', DOCKER_HUB]);
const PATH = /^[a-z0-9]+(?:(?:\.|_{1,2}|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_{1,2}|-+)[a-z0-9]+)*)*$/;
const HOST = /^(?:[a-zA-Z0-9.-]+|\[[0-9a-fA-F:]+\])(?::\d+)?$/;
const TAG = /^\w[\w.-]{0,127}$/;
const DIGEST = /^sha(?:256:[0-9a-f]{64}|512:[0-9a-f]{128})$/;

/** The name of a registry however it is spelt: Docker Hub has several. */
export const registryOf = (host: string): string =>
  HUB_NAMES.has(host.toLowerCase()) ? DOCKER_HUB : host.toLowerCase();

/** Reads an image's name as container runtimes do. @throws RegistryProblem */
export function parseImage(image: string): ImageReference {
  const [name = '', digest] = image.split('@');
  const [first = '', ...others] = name.split('/');
  const hasHost = others.length > 0 && (/[.:]/.test(first) || first === 'localhost');
  const rest = hasHost ? others.join('/') : name;
  const colon = rest.lastIndexOf(':');
  const [path, tag] = colon < 0 ? [rest, 'latest'] : [rest.slice(0, colon), rest.slice(colon + 1)];
  const registry = registryOf(hasHost ? first : 'docker.io');
  const repository = registry === DOCKER_HUB && !path.includes('/') ? `library/${path}` : path;
  const isRight =
    HOST.test(registry) && PATH.test(path) && TAG.test(tag) && (digest === undefined || DIGEST.test(digest));
  if (!isRight) throw new RegistryProblem(`"${image}" is not the name of an image`, 'final');
  return { registry, repository, reference: digest ?? tag };
}
