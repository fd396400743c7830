import type { KubeApi } from '@argosy/kube';
import { KubeError } from '@argosy/kube';

type Verb = Extract<keyof KubeApi, string>;
/** A request as `verb plural`, such as `create pods`. */
export type Request = string;

/** Decides what becomes of a request: done, refused before anything happens, or done with its answer lost. */
export type Fate = 'done' | 'refused' | 'answer-lost';

const WRITES: readonly Verb[] = ['create', 'update', 'patch', 'delete', 'deleteCollection'];

/** A Kubernetes API that keeps count of what it is asked, and fails when a test wants it to. */
export class RecordingKube {
  readonly requests: Request[] = [];
  readonly api: KubeApi;

  constructor(
    inner: KubeApi,
    private readonly fateOf: (request: Request, write: number) => Fate = () => 'done',
  ) {
    this.api = new Proxy(inner, { get: (target, verb: Verb) => this.wrap(target, verb) });
  }

  /** How often each was asked, without the lists and watches that everybody needs once. */
  counts(): Record<Request, number> {
    const counts: Record<Request, number> = {};
    for (const request of this.requests) {
      if (/^(list|watch) /.test(request)) continue;
      counts[request] = (counts[request] ?? 0) + 1;
    }
    return counts;
  }

  private wrap(target: KubeApi, verb: Verb): unknown {
    const method = target[verb].bind(target) as (...args: unknown[]) => unknown;
    return (...args: unknown[]) => {
      const [first] = args as [{ plural?: string; type?: { plural: string } }];
      const request = `${verb} ${first.plural ?? first.type?.plural ?? ''}`;
      this.requests.push(request);
      return WRITES.includes(verb) ? this.write(request, () => method(...args) as Promise<unknown>) : method(...args);
    };
  }

  private writes = 0;

  private async write(request: Request, act: () => Promise<unknown>): Promise<unknown> {
    this.writes += 1;
    const fate = this.fateOf(request, this.writes);
    if (fate === 'refused') throw new KubeError('Unavailable', 'the server is away', 503);
    const result = await act();
    if (fate === 'answer-lost') throw new KubeError('Timeout', 'the answer was lost', 504);
    return result;
  }
}
