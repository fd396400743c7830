import { Injectable } from '@nestjs/common';
import { OperationLoader } from '../../graphql/operation-loader.js';
import { RunsService } from './runs.service.js';

/** The manifests of a page of runs. */
@Injectable()
export class ManifestLoader extends OperationLoader<string> {
  constructor(runs: RunsService) {
    super('run', (context, ids) => runs.manifests(context, ids));
  }
}
