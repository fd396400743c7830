import { Injectable } from '@nestjs/common';
import { uuidv7 } from 'uuidv7';
import type {
  CreateApiTokenInput,
  CreateApiTokenResult,
  RevokeApiTokenResult,
  Viewer,
} from '../../graphql/generated/schema-types.js';
import { Database } from '../../persistence/database.js';
import { AuditService } from '../audit/audit.service.js';
import { AccessRepository } from './access.repository.js';
import type { ApiTokenRow } from './access.repository.js';
import { API_TOKEN_PREFIX } from './authentication.service.js';
import { isPermission, PERMISSIONS } from './request-context.js';
import type { RequestContext } from './request-context.js';
import { hashSecret, newSecret } from './secrets.js';

const DAY_MS = 86_400_000;
const LONGEST_DAYS = 3650;

@Injectable()
export class AccessService {
  constructor(
    private readonly database: Database,
    private readonly repository: AccessRepository,
    private readonly audit: AuditService,
  ) {}

  async viewer({ actor, tenantId, permissions }: RequestContext): Promise<Viewer> {
    return this.database.withTenant(tenantId, async (tx) => {
      const userId = actor.userId ?? '';
      const [user, tenant, teams, tokens] = [
        await this.repository.user(tx, userId),
        await this.repository.tenant(tx, tenantId),
        await this.repository.teamsOf(tx, userId),
        await this.repository.tokensOf(tx, userId),
      ];
      const kind = actor.kind === 'API_TOKEN' ? 'API_TOKEN' : 'USER';
      return {
        id: actor.id,
        kind,
        name: actor.name,
        email: user?.email,
        tenant: tenant ?? { id: tenantId, name: '' },
        permissions: [...permissions],
        teams,
        apiTokens: tokens.map(apiToken),
      };
    });
  }

  async createApiToken(context: RequestContext, input: CreateApiTokenInput): Promise<CreateApiTokenResult> {
    const problems = problemsOf(input);
    if (problems.length > 0)
      return {
        __typename: 'InvalidInput',
        code: 'INVALID_INPUT',
        message: 'The token cannot be created so.',
        problems,
      };
    const wanted = input.permissions?.filter(isPermission) ?? [...context.permissions];
    const missing = wanted.find((permission) => !context.permissions.has(permission));
    if (missing)
      return {
        __typename: 'Forbidden',
        code: 'FORBIDDEN',
        message: `You cannot give away ${missing}, because you do not have it.`,
        permission: missing,
      };
    const secret = newSecret(API_TOKEN_PREFIX);
    const token = await this.database.withTenant(context.tenantId, async (tx) => {
      const row = await this.repository.createToken(tx, {
        id: uuidv7(),
        tenantId: context.tenantId,
        userId: context.actor.userId ?? '',
        name: input.name.trim(),
        prefix: secret.slice(0, API_TOKEN_PREFIX.length + 7),
        hash: hashSecret(secret),
        permissions: wanted,
        expiresAt: input.expiresInDays ? new Date(Date.now() + input.expiresInDays * DAY_MS) : null,
      });
      await this.audit.record(tx, context, {
        action: 'token.create',
        targetType: 'apiToken',
        targetId: row.id,
        targetName: row.name,
      });
      return row;
    });
    return { __typename: 'CreateApiTokenSuccess', apiToken: apiToken(token), secret };
  }

  async revokeApiToken(context: RequestContext, id: string): Promise<RevokeApiTokenResult> {
    const token = await this.database.withTenant(context.tenantId, async (tx) => {
      const row = isUuid(id) ? await this.repository.revokeToken(tx, id, context.actor.userId ?? '', new Date()) : null;
      if (row)
        await this.audit.record(tx, context, {
          action: 'token.revoke',
          targetType: 'apiToken',
          targetId: id,
          targetName: row.name,
        });
      return row;
    });
    if (!token) return { __typename: 'NotFound', code: 'NOT_FOUND', message: `You have no API token ${id}.` };
    return { __typename: 'RevokeApiTokenSuccess', apiToken: apiToken(token) };
  }
}

export const isUuid = (text: string): boolean =>
  /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i.test(text);

function problemsOf({
  name,
  permissions,
  expiresInDays,
}: CreateApiTokenInput): { message: string; path: string; hint?: string }[] {
  const problems: { message: string; path: string; hint?: string }[] = [];
  if (name.trim() === '' || name.length > 100)
    problems.push({ path: 'name', message: 'The name must have 1 to 100 characters.' });
  for (const permission of permissions ?? []) {
    if (!isPermission(permission))
      problems.push({
        path: 'permissions',
        message: `There is no permission "${permission}".`,
        hint: `Known: ${PERMISSIONS.join(', ')}`,
      });
  }
  if (expiresInDays != null && (expiresInDays < 1 || expiresInDays > LONGEST_DAYS))
    problems.push({ path: 'expiresInDays', message: `A token lives 1 to ${LONGEST_DAYS} days.` });
  return problems;
}

const apiToken = (row: ApiTokenRow): Viewer['apiTokens'][number] => ({
  id: row.id,
  name: row.name,
  prefix: row.prefix,
  permissions: row.permissions,
  createdAt: row.createdAt.toISOString(),
  expiresAt: row.expiresAt?.toISOString(),
  lastUsedAt: row.lastUsedAt?.toISOString(),
  revokedAt: row.revokedAt?.toISOString(),
});
