import type { KubeApi } from '@argosy/kube';
import type { ImageCommand, ImageQuestion } from '@argosy/pod-plan';
import type { Dispatcher } from 'undici';
import { z } from 'zod';
import { Egress } from '../requests/egress.js';
import type { EgressOptions } from '../requests/egress.js';
import { parseImage } from './image-reference.js';
import type { ImageReference } from './image-reference.js';
import { LeastRecent } from './least-recent.js';
import { pullCredentials } from './pull-credentials.js';
import type { PullCredential } from './pull-credentials.js';
import { RegistryProblem } from './registry-problem.js';
import { RegistrySession } from './registry-session.js';

/** Tells what an image runs. */
export interface ImageRegistry {
  /** Rejects with a RegistryProblem. */
  commandOf(question: ImageQuestion, signal: AbortSignal): Promise<ImageCommand>;
  close(): Promise<void>;
}

export interface RegistryOptions extends Pick<EgressOptions, 'allowLinkLocal'> {
  /** Registries without TLS, by `host` or `host:port`; those on this machine need not be named. */
  readonly plainHttp?: readonly string[];
}

const MANIFESTS = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
].join(', ');
const BLOBS = 'application/vnd.oci.image.config.v1+json, application/vnd.docker.container.image.v1+json, */*';
/** Commands kept by digest, which never changes its mind. */
const MOST_DIGESTS = 1_000;

const digest = z.string().regex(/^sha(?:256:[0-9a-f]{64}|512:[0-9a-f]{128})$/);
const platform = z.object({ os: z.string().optional(), architecture: z.string().optional() });
const index = z.object({ manifests: z.array(z.object({ digest, platform: platform.optional() })) });
const manifest = z.object({ config: z.object({ digest }) });
const words = z.array(z.string()).nullish();
const configuration = z.object({ config: z.object({ Entrypoint: words, Cmd: words }).nullish() });

/** Asks registries themselves, as whoever runs the image may. */
export class RegistryClient implements ImageRegistry {
  private readonly dispatcher: Dispatcher;
  private readonly byDigest = new LeastRecent<ImageCommand>(MOST_DIGESTS);

  constructor(
    private readonly kube: KubeApi,
    private readonly options: RegistryOptions = {},
  ) {
    this.dispatcher = new Egress({ allowLinkLocal: options.allowLinkLocal ?? false }).dispatcher();
  }

  async commandOf(question: ImageQuestion, signal: AbortSignal): Promise<ImageCommand> {
    const reference = parseImage(question.image);
    const { credentials, unreadable } = await pullCredentials(this.kube, question, reference);
    const tries: readonly (PullCredential | null)[] = credentials.length > 0 ? credentials : [null];
    let denied: RegistryProblem | undefined;
    for (const credential of tries) {
      try {
        return await this.ask(reference, question.architecture ?? ownArchitecture(), credential, signal);
      } catch (error) {
        if (!(error instanceof RegistryProblem) || error.kind !== 'denied') throw error;
        denied = error;
      }
    }
    const secrets =
      credentials.length > 0
        ? `with ${credentials.length === 1 ? 'a pull secret' : `${credentials.length} pull secrets`}`
        : `no pull secret is for ${reference.registry}`;
    const why = [secrets, ...unreadable].join('; ');
    throw new RegistryProblem(`${denied?.message ?? ''} (${why})`, 'final');
  }

  close(): Promise<void> {
    return this.dispatcher.destroy();
  }

  private async ask(
    reference: ImageReference,
    architecture: string,
    credential: PullCredential | null,
    signal: AbortSignal,
  ): Promise<ImageCommand> {
    const scheme = this.isPlainHttp(reference.registry) ? 'http' : 'https';
    const session = new RegistrySession(this.dispatcher, scheme, reference, credential, signal);
    // Some registries count whoever reads a manifest, and nobody who only asks for its digest; either has to be allowed to.
    const known = await session.digestOf(reference.reference, MANIFESTS);
    const keyOf = (digest: string): string => `${reference.registry}/${reference.repository}@${digest} ${architecture}`;
    const kept = known === undefined ? undefined : this.byDigest.get(keyOf(known));
    if (kept) return kept;
    const top = await session.read(`manifests/${known ?? reference.reference}`, MANIFESTS);
    const command = await this.commandIn(top.content, architecture, session);
    this.byDigest.set(keyOf(top.digest), command);
    return command;
  }

  private async commandIn(content: unknown, architecture: string, session: RegistrySession): Promise<ImageCommand> {
    const list = index.safeParse(content);
    if (list.success) {
      const chosen = choose(list.data.manifests, architecture);
      if (!chosen) throw new RegistryProblem('its index names no image for Linux', 'final');
      return this.commandIn((await session.read(`manifests/${chosen}`, MANIFESTS)).content, architecture, session);
    }
    const image = manifest.safeParse(content);
    if (!image.success) throw new RegistryProblem('its manifest is none of OCI or Docker (schema 2)', 'final');
    const found = configuration.safeParse((await session.read(`blobs/${image.data.config.digest}`, BLOBS)).content);
    if (!found.success) throw new RegistryProblem('its configuration is not that of an image', 'final');
    const { Entrypoint, Cmd } = found.data.config ?? {};
    return { entrypoint: Entrypoint ?? [], cmd: Cmd ?? [] };
  }

  private isPlainHttp(registry: string): boolean {
    const host = registry.replace(/:\d+$/, '');
    const { plainHttp = [] } = this.options;
    return isThisMachine(host) || plainHttp.some((name) => name === registry || name === host);
  }
}

const isThisMachine = (host: string): boolean => host === 'localhost' || host === '[::1]' || /^127\./.test(host);

/** Images of one name run the same whatever they are built for; where the wanted one is missing, any tells. */
function choose(manifests: z.infer<typeof index>['manifests'], architecture: string): string | undefined {
  const linux = manifests.filter(({ platform: { os = 'linux' } = {} }) => os === 'linux');
  return (linux.find(({ platform }) => platform?.architecture === architecture) ?? linux[0])?.digest;
}

/** As Go and Kubernetes call it. */
const ownArchitecture = (): string => ({ x64: 'amd64', ia32: '386' })[process.arch as string] ?? process.arch;
