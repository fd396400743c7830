import { Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { AuditModule } from '../audit/audit.module.js';
import { AccessInterceptor } from './access.interceptor.js';
import { AccessRepository } from './access.repository.js';
import { AccessResolver } from './access.resolver.js';
import { AccessService } from './access.service.js';
import { AuthenticationController } from './authentication.controller.js';
import { Authenticator } from './authenticator.js';
import { LoginLimiter } from './login-limiter.js';
import { SessionsRepository } from './sessions.repository.js';
import { SessionsService } from './sessions.service.js';

@Module({
  imports: [AuditModule, DiscoveryModule],
  controllers: [AuthenticationController],
  providers: [
    AccessInterceptor,
    AccessRepository,
    AccessResolver,
    AccessService,
    Authenticator,
    LoginLimiter,
    SessionsRepository,
    SessionsService,
  ],
  exports: [AccessInterceptor, AccessRepository, Authenticator, SessionsRepository],
})
export class AccessModule {}
