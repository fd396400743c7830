import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.js';
import { ClusterChanges } from './cluster-changes.js';
import { ClusterLoader } from './cluster.loader.js';
import { ClustersRepository } from './clusters.repository.js';
import { ClustersResolver } from './clusters.resolver.js';
import { ClustersService } from './clusters.service.js';

@Module({
  imports: [AuditModule],
  providers: [ClusterChanges, ClusterLoader, ClustersRepository, ClustersService, ClustersResolver],
  exports: [ClusterLoader, ClustersRepository, ClustersService],
})
export class ClustersModule {}
