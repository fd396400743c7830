import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.js';
import { ClustersModule } from '../clusters/clusters.module.js';
import { AgentCommandsRepository } from './agent-commands.repository.js';
import { RunsRepository } from './runs.repository.js';
import { RunsResolver } from './runs.resolver.js';
import { RunsService } from './runs.service.js';

@Module({
  imports: [AuditModule, ClustersModule],
  providers: [AgentCommandsRepository, RunsRepository, RunsService, RunsResolver],
  exports: [AgentCommandsRepository, RunsRepository],
})
export class RunsModule {}
