import { newId } from '@argosy/platform';
import type { Database } from '../../persistence/database.js';
import { AccessRepository } from './access.repository.js';
import { hashPassword } from './secrets.js';

const TENANT = 'default';

/**
 * Makes the first tenant and its administrator, where there is no tenant yet. `password` is called only then. Returns whether
 * it did.
 */
export async function ensureAdministrator(database: Database, email: string, password: () => string): Promise<boolean> {
  const repository = new AccessRepository();
  if ((await database.forMaintenance((tx) => repository.tenantIds(tx))).length > 0) return false;
  const tenantId = newId();
  const user = {
    id: newId(),
    tenantId,
    email: email.trim().toLowerCase(),
    name: 'Administrator',
    passwordHash: await hashPassword(password()),
  };
  return database.withTenant(tenantId, async (tx) => {
    // Replicas may start at the same time; the name of the tenant lets one of them through.
    if (!(await repository.createTenant(tx, { id: tenantId, name: TENANT }))) return false;
    await repository.createUser(tx, user);
    await repository.bindUser(tx, newId(), tenantId, user.id, { role: 'admin', scopeType: 'tenant', scopeValue: null });
    return true;
  });
}
