import { Injectable } from '@nestjs/common';
import { Clock, isId, newId } from '@argosy/platform';
import type {
  CreateApiTokenInput,
  CreateApiTokenResult,
  InputProblem,
  RevokeApiTokenResult,
  Viewer,
} from '../../graphql/generated/schema-types.js';
import { forbidden, invalidInput, notFound } from '../../graphql/user-errors.js';
import { Database } from '../../persistence/database.js';
import { AuditService } from '../audit/audit.service.js';
import { apiTokenOf } from './access.mapper.js';
import { AccessRepository } from './access.repository.js';
import { isPermission, PERMISSIONS } from './permissions.js';
import type { RequestContext } from './request-context.js';
import { hashSecret, newSecret } from './secrets.js';
import { API_TOKEN_PREFIX } from './strategies/api-token.strategy.js';

const DAY_MS = 86_400_000;
const LONGEST_DAYS = 3650;
const SHOWN_CHARACTERS = 6;

/** Who the caller is, and the tokens that the caller gives to programs. */
@Injectable()
export class AccessService {
  constructor(
    private readonly database: Database,
    private readonly repository: AccessRepository,
    private readonly audit: AuditService,
    private readonly clock: Clock,
  ) {}

  async viewer({ actor, tenantId, rights }: RequestContext): Promise<Viewer> {
    return this.database.withTenant(tenantId, async (tx) => {
      const user = await this.repository.user(tx, actor.userId);
      const tenant = await this.repository.tenant(tx, tenantId);
      const teams = await this.repository.teamsOf(tx, actor.userId);
      const tokens = await this.repository.tokensOf(tx, actor.userId);
      return {
        id: actor.id,
        kind: actor.kind,
        name: actor.name,
        email: user?.email,
        tenant: tenant ?? { id: tenantId, name: '' },
        permissions: rights.tenantWide,
        teams,
        apiTokens: tokens.map(apiTokenOf),
      };
    });
  }

  async createApiToken(context: RequestContext, input: CreateApiTokenInput): Promise<CreateApiTokenResult> {
    const { actor, tenantId, rights } = context;
    const problems = problemsOf(input);
    if (problems.length > 0) return invalidInput(problems);
    const permissions = input.permissions?.filter(isPermission) ?? rights.held;
    const missing = permissions.find((permission) => !rights.anywhere(permission));
    if (missing) return forbidden(missing, `You cannot give away ${missing}, because you do not have it.`);
    const secret = newSecret(API_TOKEN_PREFIX);
    const now = this.clock.now();
    const row = await this.database.withTenant(tenantId, async (tx) => {
      const created = await this.repository.createToken(tx, {
        id: newId(),
        tenantId,
        userId: actor.userId,
        name: input.name.trim(),
        prefix: secret.slice(0, API_TOKEN_PREFIX.length + 1 + SHOWN_CHARACTERS),
        hash: hashSecret(secret),
        permissions,
        createdAt: now,
        expiresAt: input.expiresInDays ? new Date(now.getTime() + input.expiresInDays * DAY_MS) : null,
      });
      await this.audit.record(tx, context, {
        action: 'token.create',
        targetType: 'apiToken',
        targetId: created.id,
        targetName: created.name,
      });
      return created;
    });
    return { __typename: 'CreateApiTokenSuccess', apiToken: apiTokenOf(row), secret };
  }

  async revokeApiToken(context: RequestContext, id: string): Promise<RevokeApiTokenResult> {
    const unknown = notFound(`You have no API token ${id}.`);
    if (!isId(id)) return unknown;
    return this.database.withTenant(context.tenantId, async (tx) => {
      const row = await this.repository.revokeToken(tx, id, context.actor.userId, this.clock.now());
      if (!row) return unknown;
      await this.audit.record(tx, context, {
        action: 'token.revoke',
        targetType: 'apiToken',
        targetId: id,
        targetName: row.name,
      });
      return { __typename: 'RevokeApiTokenSuccess', apiToken: apiTokenOf(row) };
    });
  }
}

function problemsOf({ name, permissions, expiresInDays }: CreateApiTokenInput): InputProblem[] {
  const problems: InputProblem[] = [];
  if (name.trim() === '' || name.length > 100)
    problems.push({ path: 'name', message: 'The name must have 1 to 100 characters.' });
  for (const permission of permissions ?? [])
    if (!isPermission(permission))
      problems.push({
        path: 'permissions',
        message: `There is no permission "${permission}".`,
        hint: `known: ${PERMISSIONS.join(', ')}`,
      });
  if (expiresInDays != null && (expiresInDays < 1 || expiresInDays > LONGEST_DAYS))
    problems.push({ path: 'expiresInDays', message: `A token lives 1 to ${LONGEST_DAYS} days.` });
  return problems;
}
