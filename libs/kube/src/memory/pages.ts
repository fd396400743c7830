import type { KubeObject } from '../port/resource.js';
import { badRequest, expiredContinue } from './refusals.js';

interface Snapshot {
  readonly objects: readonly KubeObject[];
  readonly version: string;
}
export interface Page {
  readonly items: KubeObject[];
  readonly resourceVersion: string;
  readonly continueToken?: string;
}

/** Lists that are read page by page keep the state they began with. Only this many are kept; older tokens expire. */
const KEPT = 64;

export class Pages {
  private readonly snapshots = new Map<number, Snapshot>();
  private lastId = 0;

  first(objects: readonly KubeObject[], version: string, limit: number): Page {
    if (objects.length <= limit) return { items: [...objects], resourceVersion: version };
    const id = ++this.lastId;
    this.snapshots.set(id, { objects, version });
    this.snapshots.delete(id - KEPT);
    return this.page(id, { objects, version }, 0, limit);
  }

  next(token: string, limit: number): Page {
    const [id, offset] = parseToken(token);
    const snapshot = this.snapshots.get(id);
    if (!snapshot) throw expiredContinue();
    return this.page(id, snapshot, offset, limit);
  }

  private page(id: number, { objects, version }: Snapshot, offset: number, limit: number): Page {
    const end = offset + limit;
    return {
      items: objects.slice(offset, end),
      resourceVersion: version,
      ...(end < objects.length && { continueToken: Buffer.from(`${id}:${end}`).toString('base64url') }),
    };
  }
}

function parseToken(token: string): [number, number] {
  const match = /^(\d+):(\d+)$/.exec(Buffer.from(token, 'base64url').toString());
  if (!match) throw badRequest('continue key is not valid');
  return [Number(match[1]), Number(match[2])];
}
