import { Module } from '@nestjs/common';
import { ClustersModule } from '../clusters/clusters.module.js';
import { RunsModule } from '../runs/runs.module.js';
import { IngestRepository } from './ingest.repository.js';
import { JoinController, LinkGateway } from './link.gateway.js';
import { LinkService } from './link.service.js';

@Module({
  imports: [ClustersModule, RunsModule],
  controllers: [JoinController],
  providers: [IngestRepository, LinkGateway, LinkService],
})
export class LinkModule {}
