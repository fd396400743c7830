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
] as const;
export type Permission = (typeof PERMISSIONS)[number];
export const isPermission = (text: string): text is Permission => (PERMISSIONS as readonly string[]).includes(text);

const viewer: readonly Permission[] = ['run:read', 'log:read', 'cluster:read'];
const developer: readonly Permission[] = [
  ...viewer,
  'run:submit',
  'run:stop',
  'run:suspend',
  'run:retry',
  'run:delete',
  'token:create',
  'token:revoke',
];

/** Roles are sets of permissions. */
export const ROLES = { viewer, developer, admin: PERMISSIONS } as const;
export type Role = keyof typeof ROLES;
export const isRole = (text: string): text is Role => Object.hasOwn(ROLES, text);
