/** Who asks, for which tenant, and under which number in the log. First parameter of every service method. */
export interface RequestContext {
  readonly actor: {
    readonly kind: 'USER' | 'API_TOKEN' | 'AGENT' | 'SYSTEM';
    readonly id: string;
    readonly userId: string | null;
    readonly name: string;
  };
  readonly tenantId: string;
  readonly permissions: ReadonlySet<Permission>;
  readonly correlationId: string;
}

/** Every permission there is: one verb on one kind of thing. */
export const PERMISSIONS = [
  'run:submit',
  'run:read',
  'run:stop',
  'run:suspend',
  'run:retry',
  'run:delete',
  'log:read',
  'cluster:read',
  'cluster:register',
  'token:create',
  'token:revoke',
  'audit:read',
  'viewer:read',
] as const;
export type Permission = (typeof PERMISSIONS)[number];
export const isPermission = (text: string): text is Permission => (PERMISSIONS as readonly string[]).includes(text);

const reading: readonly Permission[] = ['viewer:read', 'run:read', 'log:read', 'cluster:read'];
const developing: readonly Permission[] = [
  ...reading,
  'run:submit',
  'run:stop',
  'run:suspend',
  'run:retry',
  'run:delete',
  'token:create',
  'token:revoke',
];

/** Roles are sets of permissions. */
export const ROLES: Readonly<Record<string, readonly Permission[]>> = {
  viewer: reading,
  developer: developing,
  admin: PERMISSIONS,
};
