import { Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { AuditModule } from '../audit/audit.module.js';
import { AccessGuard } from './access.guard.js';
import { AccessRepository } from './access.repository.js';
import { AccessResolver } from './access.resolver.js';
import { AccessService } from './access.service.js';
import { AuthenticationController } from './authentication.controller.js';
import { AuthenticationService } from './authentication.service.js';

@Module({
  imports: [AuditModule, DiscoveryModule],
  controllers: [AuthenticationController],
  providers: [AccessGuard, AccessRepository, AccessService, AccessResolver, AuthenticationService],
  exports: [AuthenticationService, AccessGuard],
})
export class AccessModule {}
