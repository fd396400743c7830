import { Module } from '@nestjs/common';
import { ClustersModule } from '../clusters/clusters.module.js';
import { RunsModule } from '../runs/runs.module.js';
import { AgentSessionsRepository } from './agent-sessions.repository.js';
import { IngestRepository } from './ingest.repository.js';
import { IngestService } from './ingest.service.js';
import { JoinController, LinkGateway } from './link.gateway.js';
import { LinkService } from './link.service.js';
import { ResyncRepository } from './resync.repository.js';
import { ResyncService } from './resync.service.js';

@Module({
  imports: [ClustersModule, RunsModule],
  controllers: [JoinController],
  providers: [
    AgentSessionsRepository,
    IngestRepository,
    IngestService,
    LinkGateway,
    LinkService,
    ResyncRepository,
    ResyncService,
  ],
})
export class LinkModule {}
