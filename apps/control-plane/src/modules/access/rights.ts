import { isRole, PERMISSIONS, ROLES } from './permissions.js';
import type { Permission } from './permissions.js';

/** A role held somewhere. `scopeValue` is the namespace's name or the cluster's id; null for the whole tenant. */
export interface Binding {
  readonly role: string;
  readonly scopeType: string;
  readonly scopeValue: string | null;
}
/** Where a permission holds. Lists are filtered by it in SQL. */
export interface Reach {
  readonly everywhere: boolean;
  readonly namespaces: readonly string[];
  readonly clusterIds: readonly string[];
}
/** What somebody wants to act on; a cluster as a whole has no namespace. */
export interface Place {
  readonly clusterId: string;
  readonly namespace?: string;
}
const NOWHERE: Reach = { everywhere: false, namespaces: [], clusterIds: [] };
export const EVERYWHERE: Reach = { everywhere: true, namespaces: [], clusterIds: [] };

/** What somebody may do, and where. */
export class Rights {
  private constructor(private readonly reaches: ReadonlyMap<Permission, Reach>) {}

  /** Of roles; with `only`, no more than these permissions (an API token has what it was created with, and its owner still has). */
  static of(bindings: readonly Binding[], only?: ReadonlySet<string>): Rights {
    const granting = (permission: Permission): Binding[] =>
      bindings.filter(({ role }) => isRole(role) && (ROLES[role] as readonly Permission[]).includes(permission));
    return new Rights(
      new Map(
        PERMISSIONS.filter((permission) => !only || only.has(permission)).map((permission) => [
          permission,
          reachOf(granting(permission)),
        ]),
      ),
    );
  }

  reach(permission: Permission): Reach {
    return this.reaches.get(permission) ?? NOWHERE;
  }

  /** In the whole tenant. */
  everywhere(permission: Permission): boolean {
    return this.reach(permission).everywhere;
  }

  /** In some place at least: enough to ask, and to be shown what is there. */
  anywhere(permission: Permission): boolean {
    const { everywhere, namespaces, clusterIds } = this.reach(permission);
    return everywhere || namespaces.length > 0 || clusterIds.length > 0;
  }

  covers(permission: Permission, { clusterId, namespace }: Place): boolean {
    const { everywhere, namespaces, clusterIds } = this.reach(permission);
    return everywhere || clusterIds.includes(clusterId) || (namespace !== undefined && namespaces.includes(namespace));
  }

  get tenantWide(): Permission[] {
    return PERMISSIONS.filter((permission) => this.everywhere(permission));
  }

  get held(): Permission[] {
    return PERMISSIONS.filter((permission) => this.anywhere(permission));
  }
}

function reachOf(bindings: readonly Binding[]): Reach {
  const valuesOf = (type: string): string[] =>
    bindings.flatMap(({ scopeType, scopeValue }) => (scopeType === type && scopeValue !== null ? [scopeValue] : []));
  return {
    everywhere: bindings.some(({ scopeType }) => scopeType === 'tenant'),
    namespaces: valuesOf('namespace'),
    clusterIds: valuesOf('cluster'),
  };
}
