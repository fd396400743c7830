import { Args, Mutation, Resolver } from '@nestjs/graphql';
import type { ResolversTypes } from '../../graphql/generated/resolver-types.js';
import type { RetryRunInput, SubmitRunInput } from '../../graphql/generated/schema-types.js';
import type { RequestContext } from '../access/request-context.js';
import { Caller, RequirePermission } from '../access/require-permission.js';
import { resume, retry, stop, suspend, terminate } from './run-actions.js';
import { RunActionsService } from './run-actions.service.js';
import { SubmissionService } from './submission.service.js';

type RunActionResult = ResolversTypes['RunActionResult'];

@Resolver()
export class RunActionsResolver {
  constructor(
    private readonly actions: RunActionsService,
    private readonly submissions: SubmissionService,
  ) {}

  @Mutation('submitRun')
  @RequirePermission('run:submit')
  submitRun(
    @Caller() context: RequestContext,
    @Args('input') input: SubmitRunInput,
  ): Promise<ResolversTypes['SubmitRunResult']> {
    return this.submissions.submit(context, input);
  }

  @Mutation('stopRun')
  @RequirePermission('run:stop')
  stopRun(
    @Caller() context: RequestContext,
    @Args('id') id: string,
    @Args('message') message?: string,
  ): Promise<RunActionResult> {
    return this.actions.act(context, id, stop(message));
  }

  @Mutation('terminateRun')
  @RequirePermission('run:stop')
  terminateRun(@Caller() context: RequestContext, @Args('id') id: string): Promise<RunActionResult> {
    return this.actions.act(context, id, terminate);
  }

  @Mutation('suspendRun')
  @RequirePermission('run:suspend')
  suspendRun(@Caller() context: RequestContext, @Args('id') id: string): Promise<RunActionResult> {
    return this.actions.act(context, id, suspend);
  }

  @Mutation('resumeRun')
  @RequirePermission('run:suspend')
  resumeRun(
    @Caller() context: RequestContext,
    @Args('id') id: string,
    @Args('nodeFieldSelector') nodeFieldSelector?: string,
  ): Promise<RunActionResult> {
    return this.actions.act(context, id, resume(nodeFieldSelector, context.actor.name));
  }

  @Mutation('retryRun')
  @RequirePermission('run:retry')
  retryRun(
    @Caller() context: RequestContext,
    @Args('id') id: string,
    @Args('input') input?: RetryRunInput,
  ): Promise<RunActionResult> {
    return this.actions.act(context, id, retry(input));
  }

  @Mutation('deleteRun')
  @RequirePermission('run:delete')
  deleteRun(
    @Caller() context: RequestContext,
    @Args('id') id: string,
    @Args('purge') purge: boolean,
  ): Promise<ResolversTypes['DeleteRunResult']> {
    return this.actions.delete(context, id, purge);
  }
}
