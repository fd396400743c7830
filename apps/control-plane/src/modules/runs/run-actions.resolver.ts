import { Args, Mutation, Resolver } from '@nestjs/graphql';
import type { ResolversTypes } from '../../graphql/generated/resolver-types.js';
import type {
  ResubmitRunInput,
  RetryRunInput,
  SetRunNodeInput,
  SubmitRunInput,
} from '../../graphql/generated/schema-types.js';
import type { RequestContext } from '../access/request-context.js';
import { Caller, RequirePermission } from '../access/require-permission.js';
import { ResubmissionService } from './resubmission.service.js';
import { resume, retry, setNode, stop, suspend, terminate } from './run-actions.js';
import { RunActionsService } from './run-actions.service.js';
import { SubmissionService } from './submission.service.js';

type RunActionResult = ResolversTypes['RunActionResult'];

@Resolver()
export class RunActionsResolver {
  constructor(
    private readonly actions: RunActionsService,
    private readonly submissions: SubmissionService,
    private readonly resubmissions: ResubmissionService,
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
    @Args('nodeFieldSelector') nodeFieldSelector?: string,
  ): Promise<RunActionResult> {
    return this.actions.act(context, id, stop(message, nodeFieldSelector));
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

  @Mutation('setRunNode')
  @RequirePermission('run:suspend')
  setRunNode(
    @Caller() context: RequestContext,
    @Args('id') id: string,
    @Args('input') input: SetRunNodeInput,
  ): Promise<RunActionResult> {
    return this.actions.act(context, id, setNode(input));
  }

  @Mutation('resubmitRun')
  @RequirePermission('run:submit')
  resubmitRun(
    @Caller() context: RequestContext,
    @Args('id') id: string,
    @Args('input') input?: ResubmitRunInput,
  ): Promise<ResolversTypes['ResubmitRunResult']> {
    return this.resubmissions.resubmit(context, id, input ?? {});
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
