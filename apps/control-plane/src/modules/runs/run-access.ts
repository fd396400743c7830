import { isId } from '@argosy/platform';
import type { Transaction } from '../../persistence/database.js';
import type { Permission } from '../access/permissions.js';
import type { RequestContext } from '../access/request-context.js';
import type { RunRow, RunsRepository } from './runs.repository.js';

/** Whether the caller has the permission where the run is. */
export const mayOn = (
  { rights }: RequestContext,
  permission: Permission,
  { clusterId, namespace }: Pick<RunRow, 'clusterId' | 'namespace'>,
): boolean => rights.covers(permission, { clusterId, namespace });

/** The run, unless it is not there or may not be seen; the two are not told apart. */
export async function visibleRun(
  tx: Transaction,
  context: RequestContext,
  repository: RunsRepository,
  id: string,
): Promise<RunRow | undefined> {
  const row = isId(id) ? await repository.find(tx, id) : null;
  return row && mayOn(context, 'run:read', row) ? row : undefined;
}
