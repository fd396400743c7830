import { Module } from '@nestjs/common';
import { RunsModule } from '../runs/runs.module.js';
import { LogFollower } from './log-follower.js';
import { LogsRepository } from './logs.repository.js';
import { LogsResolver } from './logs.resolver.js';
import { LogsService } from './logs.service.js';

@Module({ imports: [RunsModule], providers: [LogFollower, LogsRepository, LogsResolver, LogsService] })
export class LogsModule {}
