import { Module } from '@nestjs/common';
import { OutboxRepository } from '../../persistence/outbox.repository.js';
import { AccessModule } from '../access/access.module.js';
import { AuditModule } from '../audit/audit.module.js';
import { ClustersModule } from '../clusters/clusters.module.js';
import { AgentCommandsRepository } from './agent-commands.repository.js';
import { CallerLabels } from './caller-labels.js';
import { ManifestLoader } from './manifest.loader.js';
import { Placement } from './placement.js';
import { PurgeRepository } from './purge.repository.js';
import { ResubmissionService } from './resubmission.service.js';
import { RunActionsResolver } from './run-actions.resolver.js';
import { RunActionsService } from './run-actions.service.js';
import { RunChanges } from './run-changes.js';
import { RunsRepository } from './runs.repository.js';
import { RunsResolver } from './runs.resolver.js';
import { RunsService } from './runs.service.js';
import { SubmissionService } from './submission.service.js';

@Module({
  imports: [AccessModule, AuditModule, ClustersModule],
  providers: [
    AgentCommandsRepository,
    CallerLabels,
    ManifestLoader,
    OutboxRepository,
    Placement,
    PurgeRepository,
    RunActionsResolver,
    RunActionsService,
    RunChanges,
    RunsRepository,
    RunsResolver,
    RunsService,
    SubmissionService,
    ResubmissionService,
  ],
  exports: [AgentCommandsRepository, RunsRepository],
})
export class RunsModule {}
