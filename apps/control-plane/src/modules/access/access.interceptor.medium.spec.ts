import { describe, expect, it } from '@jest/globals';
import { Module } from '@nestjs/common';
import { DiscoveryModule, NestFactory } from '@nestjs/core';
import { Mutation, Query, Resolver, Subscription } from '@nestjs/graphql';
import { AccessInterceptor } from './access.interceptor.js';
import { RequirePermission } from './require-permission.js';

@Resolver()
class Declared {
  @Query()
  @RequirePermission('run:read')
  runs(): string {
    return 'runs';
  }
}
@Resolver()
class Forgotten {
  @Query()
  secrets(): string {
    return 'open to everybody';
  }
  @Mutation()
  @RequirePermission('run:delete')
  deleteRun(): string {
    return 'gone';
  }
  @Subscription()
  everything(): string {
    return 'open to everybody';
  }
}

const boot = async (resolver: new () => object): Promise<void> => {
  @Module({ imports: [DiscoveryModule], providers: [AccessInterceptor, resolver] })
  class Application {}
  const app = await NestFactory.createApplicationContext(Application, { logger: false, abortOnError: false });
  await app.close();
};

describe('default deny', () => {
  it('does not boot with a query, mutation or subscription that declares no permission, and names them', async () => {
    await expect(boot(Forgotten)).rejects.toThrow(
      'These resolvers declare no permission: Forgotten.secrets, Forgotten.everything. Use @RequirePermission.',
    );
  });

  it('boots when all declare one', async () => {
    await expect(boot(Declared)).resolves.toBeUndefined();
  });
});
